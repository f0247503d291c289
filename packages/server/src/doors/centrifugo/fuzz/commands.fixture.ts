import assert from "node:assert/strict";
import { Centrifuge } from "centrifuge";
import { Centrifuge as ProtobufCentrifuge } from "centrifuge/build/protobuf";
import fc from "fast-check";
import type { Payload } from "../../../hub/index.ts";
import type { Command, SubscribeMessage } from "../messages.ts";

type Message = Readonly<Record<string, unknown>>;

/** What the official client writes and reads with, of either format. */
export interface OfficialCodec<Data> {
  encodeCommands(commands: readonly Message[]): Data;
  decodeReplies(data: Data): readonly Message[];
  applyDeltaIfNeeded(
    publication: unknown,
    before: Uint8Array | undefined,
  ): { readonly newData: unknown; readonly newPrevValue: Uint8Array };
}

interface ReadingCodec extends OfficialCodec<Uint8Array> {
  decodeCommands(data: Uint8Array): readonly Message[];
}

const codecOf = (client: object): unknown => Reflect.get(client, "_codec");

export const officialJson: OfficialCodec<string> = codecOf(new Centrifuge("ws://unused")) as OfficialCodec<string>;
export const officialProtobuf: ReadingCodec = codecOf(new ProtobufCentrifuge("ws://unused")) as ReadingCodec;

/** A command before it is bytes, by the names of the protocol. */
export interface Draft {
  readonly id: number;
  readonly method: string;
  readonly body: Message;
}

export const written = ({ id, method, body }: Draft): Message => ({ id, [method]: body });

/** Names that every object inherits, or that need escapes, quotes or several bytes. */
export const name: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 6, unit: "grapheme" }),
  fc.constantFrom("news", "tenant:a:b", "constructor", "toString", 'a"b', "a\\b", "data", "subs", "\u2028"),
);

const whole = { noNullPrototype: true };
const leaf = fc.oneof(
  fc.record({ key: name, cmp: fc.constantFrom("eq", "lt", "??"), val: name }, whole),
  fc.record(
    { key: name, cmp: fc.constantFrom("in", "nin"), vals: fc.array(name, { minLength: 1, maxLength: 3 }) },
    whole,
  ),
);
const nodes = fc.array(leaf, { minLength: 1, maxLength: 2 });
const filter = fc.oneof(leaf, fc.record({ op: fc.constant("and"), nodes }, whole));

const wish = (payload: fc.Arbitrary<unknown>) => ({
  token: name,
  recover: fc.boolean(),
  epoch: name,
  offset: fc.oneof(fc.nat(), fc.maxSafeNat()),
  data: payload,
  positioned: fc.boolean(),
  recoverable: fc.boolean(),
  join_leave: fc.boolean(),
  delta: fc.constantFrom("fossil", "other"),
  tf: filter,
  flag: fc.oneof(fc.nat(7), fc.maxSafeNat()),
});

const some = <T extends Record<string, fc.Arbitrary<unknown>>>(members: T) =>
  fc.record(members, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Message>;

/** Any command that the official client could send, with payloads of one format. */
export function drafts(payload: fc.Arbitrary<unknown>): fc.Arbitrary<Draft> {
  const bodies: Record<string, fc.Arbitrary<Message>> = {
    connect: some({
      token: name,
      data: payload,
      name,
      version: name,
      subs: fc.dictionary(name, some(wish(payload)), { maxKeys: 3, noNullPrototype: true }),
      headers: fc.dictionary(fc.constantFrom("X-A", "x-b", "Cookie"), name, { noNullPrototype: true }),
    }),
    subscribe: some({ channel: name, ...wish(payload) }),
    unsubscribe: some({ channel: name }),
    publish: fc.record({ channel: name, data: payload }),
    presence: some({ channel: name }),
    presence_stats: some({ channel: name }),
    history: some({
      channel: name,
      limit: fc.integer(),
      since: some({ offset: fc.maxSafeNat(), epoch: name }),
      reverse: fc.boolean(),
    }),
    ping: fc.constant({}),
    send: fc.record({ data: payload }),
    rpc: fc.record({ method: name, data: payload }),
    refresh: some({ token: name }),
    sub_refresh: some({ channel: name, token: name }),
  };
  const id = fc.integer({ min: 1, max: 0xffffffff });
  return fc.oneof(
    ...Object.entries(bodies).map(([method, body]) => fc.record({ id, method: fc.constant(method), body })),
  );
}

/** How a format means what it carries. */
export interface Meaning {
  payload(value: unknown): Payload;
  /** Whether this payload is none. */
  isAbsent(value: unknown): boolean;
  /** Whether numbers may stand for names. */
  readonly compacts: boolean;
}

/** What a command says, from the protocol's description alone. */
export function meaningOf({ id, method, body }: Draft, meaning: Meaning): Command {
  const text = (name: string): string => (body[name] as string | undefined) ?? "";
  const data = { data: meaning.isAbsent(body.data) ? "" : meaning.payload(body.data) };
  const channel = text("channel");
  const request = {
    connect: () => {
      const subs = Object.entries((body.subs ?? {}) as Record<string, Message>);
      const headers = Object.entries((body.headers ?? {}) as Record<string, string>);
      return {
        token: text("token"),
        name: text("name"),
        subs: new Map(subs.map(([channel, each]) => [channel, wishOf(each, meaning)])),
        headers: new Map(headers.map(([header, value]) => [header.toLowerCase(), value])),
        ...(text("version") && { version: text("version") }),
        ...optional(body, meaning),
      };
    },
    subscribe: () => ({ channel, ...wishOf(body, meaning) }),
    unsubscribe: () => ({ channel }),
    publish: () => ({ channel, ...data }),
    presence: () => ({ channel }),
    presence_stats: () => ({ channel }),
    history: () => {
      const since = body.since as { offset?: number; epoch?: string } | undefined;
      return {
        channel,
        limit: body.limit ?? 0,
        since: since && { offset: since.offset ?? 0, epoch: since.epoch ?? "" },
        reverse: body.reverse ?? false,
      };
    },
    ping: () => ({}),
    send: () => data,
    rpc: () => ({ method: text("method"), ...data }),
    refresh: () => ({ token: text("token") }),
    sub_refresh: () => ({ channel, token: text("token") }),
  }[method];
  assert.ok(request, `no meaning of ${method}`);
  return { id, request: { type: method, ...request() } as Command["request"] };
}

const optional = (body: Message, { payload, isAbsent }: Meaning): { data?: Payload } =>
  isAbsent(body.data) ? {} : { data: payload(body.data) };

function wishOf(body: Message, meaning: Meaning): SubscribeMessage {
  const flag = BigInt((body.flag as number | undefined) ?? 0);
  return {
    token: (body.token as string | undefined) ?? "",
    recover: body.recover
      ? { offset: (body.offset as number | undefined) ?? 0, epoch: (body.epoch as string | undefined) ?? "" }
      : undefined,
    positioned: body.positioned === true,
    recoverable: body.recoverable === true,
    joinLeave: body.join_leave === true,
    delta: body.delta === "fossil",
    compact: meaning.compacts && (flag & 1n) === 1n,
    rejectUnrecovered: (flag & 2n) === 2n,
    filter: body.tf,
    ...optional(body, meaning),
  };
}
