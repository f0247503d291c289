import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ClientInfo,
  ConnectResult,
  Payload,
  Position,
  Publication,
  Push,
  SubscribeResult,
} from "../../../hub/index.ts";
import type { PublicationForm } from "../json-values.ts";
import type { Result } from "../messages.ts";
import type {
  ClientInfoSchema,
  ConnectResultSchema,
  PublicationSchema,
  PushSchema,
  ReplySchema,
  SubscribeResultSchema,
} from "./client_pb.ts";

export type ReplyInit = MessageInitShape<typeof ReplySchema>;
type PushInit = MessageInitShape<typeof PushSchema>;
type PublicationInit = MessageInitShape<typeof PublicationSchema>;

/** The field of a reply that carries the result: present even when it is empty. */
export function encodeResult(result: Result): ReplyInit {
  switch (result.type) {
    case "connect":
      return { connect: connectInit(result.result) };
    case "subscribe":
      return { subscribe: subscribeInit(result.result) };
    case "unsubscribe":
    case "publish":
    case "ping":
      return { [result.type]: {} };
    case "presence":
      return {
        presence: { presence: Object.fromEntries(result.clients.map((each) => [each.client, infoInit(each)])) },
      };
    case "presence_stats":
      return { presenceStats: { numClients: result.clients, numUsers: result.users } };
    case "history": {
      const { publications, top } = result.page;
      return { history: { publications: publications.map((each) => publicationInit(each)), ...positionInit(top) } };
    }
    case "rpc":
      return { rpc: { data: bytesOf(result.data) } };
    case "refresh": {
      const { client, version } = result;
      return { refresh: { client, version, ...result.result } };
    }
    case "sub_refresh":
      return { subRefresh: result.result };
  }
}

export function encodePush(push: Exclude<Push, { type: "ping" }>): PushInit {
  switch (push.type) {
    case "publication":
      return { ...place(push), pub: publicationInit(push.publication, push) };
    case "join":
    case "leave":
      return { ...place(push), [push.type]: { info: infoInit(push.info) } };
    case "subscribe": {
      const { recoverable, positioned, position, data } = push.result;
      const result = { recoverable, positioned, ...positionInit(position), ...dataInit(data) };
      return { channel: push.channel, subscribe: result };
    }
    case "unsubscribe":
      return { channel: push.channel, unsubscribe: { code: push.code, reason: push.reason } };
    case "message":
      return { message: { data: bytesOf(push.data) } };
    case "refresh":
      return { refresh: { expires: push.expires, ttl: push.ttl } };
    case "connect":
      return { connect: connectInit(push.result) };
    case "disconnect":
      return { disconnect: { code: push.code, reason: push.reason, reconnect: push.reconnect } };
  }
}

const place = ({ channel, channelId }: { channel: string; channelId?: number }): { id?: bigint; channel?: string } =>
  channelId ? { id: BigInt(channelId) } : { channel };

/** JSON text leaves as its UTF-8. */
const bytesOf = (payload: Payload): Uint8Array => (typeof payload === "string" ? Buffer.from(payload) : payload);

const dataInit = (data: Payload | undefined): { data?: Uint8Array } =>
  data === undefined ? {} : { data: bytesOf(data) };

const positionInit = (position: Position | undefined): { epoch?: string; offset?: bigint } =>
  position ? { epoch: position.epoch, offset: BigInt(position.offset) } : {};

const infoInit = ({ user, client, connInfo, chanInfo }: ClientInfo): MessageInitShape<typeof ClientInfoSchema> => ({
  user,
  client,
  ...(connInfo === undefined ? {} : { connInfo: bytesOf(connInfo) }),
  ...(chanInfo === undefined ? {} : { chanInfo: bytesOf(chanInfo) }),
});

function publicationInit(publication: Publication, { epoch = "", delta }: PublicationForm = {}): PublicationInit {
  const { data, offset, tags, info } = publication;
  const patch = delta?.patch;
  return {
    data: bytesOf(patch ?? data),
    delta: patch !== undefined,
    offset: BigInt(offset),
    ...(info ? { info: infoInit(info) } : {}),
    ...(tags ? { tags: { ...tags } } : {}),
    // A subscriber that came before the stream began has no epoch yet.
    ...(offset === 1 ? { epoch } : {}),
  };
}

function connectInit(result: ConnectResult): MessageInitShape<typeof ConnectResultSchema> {
  const { subscriptions, ping, time = 0, data, ...rest } = result;
  const subs = [...subscriptions].map(([channel, each]) => [channel, subscribeInit(each)] as const);
  return { ...rest, ping: Math.ceil(ping), time: BigInt(time), ...dataInit(data), subs: Object.fromEntries(subs) };
}

function subscribeInit(result: SubscribeResult): MessageInitShape<typeof SubscribeResultSchema> {
  const { expires, ttl, recoverable, positioned, position, wasRecovering, recovered, publications, data } = result;
  return {
    expires,
    ttl,
    recoverable,
    positioned,
    wasRecovering,
    recovered,
    ...positionInit(position),
    publications: publications.map((each) => publicationInit(each)),
    ...dataInit(data),
    delta: result.delta ?? false,
    id: BigInt(result.channelId ?? 0),
  };
}
