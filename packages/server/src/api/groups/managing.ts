import {
  disconnect,
  removeHistory,
  rpc,
  type SubscribeOverride,
  serverRefresh,
  serverSubscribe,
  serverUnsubscribe,
  type TargetRequest,
} from "../../hub/index.ts";
import { type Method, method } from "../method.ts";
import { bytes, payloadOf } from "../payload.ts";
import {
  about,
  filter,
  flag,
  integer,
  json,
  list,
  object,
  optional,
  type Read,
  type Schema,
  type Shape,
  text,
} from "../shape.ts";
import { payloadJson } from "../values.ts";

const nothing: Schema = { type: "object" };
const done = "{}";

/** Whose connections are meant: those for which everything that is said here is true. */
const target = {
  user: optional(text, ""),
  client: about(optional(text, ""), "One connection, by its client id."),
  session: about(optional(text, ""), "One connection, by its session id."),
  label_filter: about(optional(filter), "Only connections whose labels fit."),
  all_users: about(optional(flag, false), "Everybody, in place of one user."),
};

const targetOf = (fields: Read<typeof target>): TargetRequest => ({
  user: fields.user,
  client: fields.client,
  session: fields.session,
  allUsers: fields.all_users,
  labels: fields.label_filter,
});

const unixTime = about(optional(integer(0), 0), "Seconds since the Unix epoch; 0 for never.");

const wrapper = optional(object({ value: flag }));

/** Protocol Buffers' way to tell false from absent: `{"value": false}`. */
const wrapped: Shape<boolean | undefined> = {
  ...wrapper,
  read: (value, path, written) => wrapper.read(value, path, written)?.value,
};

const override = {
  presence: wrapped,
  join_leave: wrapped,
  force_recovery: wrapped,
  force_positioning: wrapped,
  force_push_join_leave: wrapped,
};

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what is there. */
const given = <T extends object>(members: T): Given<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<T>;

const overrideOf = (fields: Read<typeof override>): SubscribeOverride =>
  given({
    presence: fields.presence,
    joinLeave: fields.join_leave,
    forceRecovery: fields.force_recovery,
    forcePositioning: fields.force_positioning,
    forcePushJoinLeave: fields.force_push_join_leave,
  });

export const managing: readonly Method[] = [
  method({
    name: "subscribe",
    summary: "Subscribes the connections of a user to a channel.",
    scope: "manage",
    request: {
      ...target,
      channel: text,
      expire_at: unixTime,
      info: about(optional(json), "What others see of the subscriber in this channel."),
      b64info: bytes,
      data: about(optional(json), "Handed to the client with the subscription."),
      b64data: bytes,
      recover_since: optional(object({ offset: integer(0), epoch: text })),
      override: optional(object(override)),
    },
    result: nothing,
    async run(hub, caller, fields) {
      await serverSubscribe(hub, caller, {
        ...targetOf(fields),
        channel: fields.channel,
        expireAt: fields.expire_at,
        ...given({
          info: payloadOf(fields.info, fields.b64info),
          data: payloadOf(fields.data, fields.b64data),
          recoverSince: fields.recover_since,
          override: fields.override && overrideOf(fields.override),
        }),
      });
      return done;
    },
  }),

  method({
    name: "unsubscribe",
    summary: "Takes the connections of a user out of a channel.",
    scope: "manage",
    request: { ...target, channel: about(optional(text, ""), "Without it, out of all channels.") },
    result: nothing,
    async run(hub, caller, fields) {
      await serverUnsubscribe(hub, caller, { ...targetOf(fields), channel: fields.channel });
      return done;
    },
  }),

  method({
    name: "disconnect",
    summary: "Ends the connections of a user.",
    scope: "manage",
    request: {
      ...target,
      whitelist: about(optional(list(text), []), "Client ids that stay."),
      disconnect: about(
        optional(object({ code: integer(0), reason: optional(text, "") })),
        "What the client is told. From the code it knows whether to come back.",
      ),
    },
    result: nothing,
    async run(hub, caller, { whitelist, disconnect: order, ...fields }) {
      await disconnect(hub, caller, { ...targetOf(fields), whitelist, ...given({ disconnect: order }) });
      return done;
    },
  }),

  method({
    name: "refresh",
    summary: "Prolongs the connections of a user, or ends them as expired.",
    scope: "manage",
    request: {
      ...target,
      expired: optional(flag, false),
      expire_at: unixTime,
      info: about(optional(json), "What others see of the connection from now on."),
    },
    result: nothing,
    async run(hub, caller, { expired, expire_at, info, ...fields }) {
      await serverRefresh(hub, caller, { ...targetOf(fields), expired, expireAt: expire_at, ...given({ info }) });
      return done;
    },
  }),

  method({
    name: "history_remove",
    summary: "Removes the publications of a channel; offset and epoch stay.",
    scope: "manage",
    request: { channel: text },
    result: nothing,
    async run(hub, caller, { channel }) {
      await removeHistory(hub, caller, channel);
      return done;
    },
  }),

  method({
    name: "rpc",
    summary: "Asks a method that the application offers through the hub.",
    scope: "manage",
    request: { method: text, params: optional(json, "null") },
    result: { type: "object", properties: { data: {} }, required: ["data"] },
    async run(hub, caller, fields) {
      return `{"data":${payloadJson(await rpc(hub, caller, { method: fields.method, data: fields.params }))}}`;
    },
  }),
];
