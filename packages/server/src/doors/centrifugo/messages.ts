import {
  type ClientInfo,
  type ConnectResult,
  type ConnectWish,
  type HistoryPage,
  HubError,
  type Payload,
  type Position,
  type RefreshResult,
  type SubscribeResult,
} from "../../hub/index.ts";
import { type Filter, FilterError, parseFilter } from "../../kit/filter.ts";

/** Client to server, whatever the format (Centrifugo client protocol v2, message `Command`). */
export interface Command {
  /** 0 for what needs no reply. */
  readonly id: number;
  readonly request: Request;
}

export interface ConnectMessage {
  readonly token: string;
  readonly name: string;
  readonly subs: ReadonlyMap<string, SubscribeMessage>;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** For the application. */
  readonly version?: string;
  readonly data?: Payload;
}

export interface SubscribeMessage {
  readonly token: string;
  /** For the application. */
  readonly data?: Payload;
  readonly recover: Position | undefined;
  readonly positioned: boolean;
  readonly recoverable: boolean;
  readonly joinLeave: boolean;
  /** Takes fossil deltas. */
  readonly delta: boolean;
  /** Flag 1. */
  readonly compact: boolean;
  /** Flag 2. */
  readonly rejectUnrecovered: boolean;
  /** A tree of message `FilterNode`, not checked yet; `undefined` when there is none. */
  readonly filter: unknown;
}

export type Request =
  | ({ readonly type: "connect" } & ConnectMessage)
  | ({ readonly type: "subscribe"; readonly channel: string } & SubscribeMessage)
  | { readonly type: "unsubscribe" | "presence" | "presence_stats"; readonly channel: string }
  | { readonly type: "publish"; readonly channel: string; readonly data: Payload }
  | {
      readonly type: "history";
      readonly channel: string;
      readonly limit: number;
      readonly since: Position | undefined;
      readonly reverse: boolean;
    }
  | { readonly type: "rpc"; readonly method: string; readonly data: Payload }
  | { readonly type: "send"; readonly data: Payload }
  | { readonly type: "refresh"; readonly token: string }
  | { readonly type: "sub_refresh"; readonly channel: string; readonly token: string }
  | { readonly type: "ping" }
  | { readonly type: "pong" };

/** What a command is answered with (message `Reply`); the name of the field is the name of the command. */
export type Result =
  | { readonly type: "connect"; readonly result: ConnectResult }
  | { readonly type: "subscribe"; readonly result: SubscribeResult }
  | { readonly type: "unsubscribe" | "publish" | "ping" }
  | { readonly type: "presence"; readonly clients: readonly ClientInfo[] }
  | { readonly type: "presence_stats"; readonly clients: number; readonly users: number }
  | { readonly type: "history"; readonly page: HistoryPage }
  | { readonly type: "rpc"; readonly data: Payload }
  | { readonly type: "refresh"; readonly result: RefreshResult; readonly client: string; readonly version: string }
  | { readonly type: "sub_refresh"; readonly result: RefreshResult };

export interface ReplyError {
  readonly code: number;
  readonly message: string;
  readonly temporary: boolean;
}

/** The bytes are not of the protocol; the connection ends with 3501. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProtocolError";
  }
}

/** What of a connect request is for the application alone. */
export const forApplication = ({ version, data }: ConnectMessage): Pick<ConnectMessage, "version" | "data"> => ({
  ...(version === undefined ? {} : { version }),
  ...(data === undefined ? {} : { data }),
});

/** Bits of `flag` in a subscribe command. */
const COMPACT = 1;
const REJECT_UNRECOVERED = 2;

export function flags(flag: number): Pick<SubscribeMessage, "compact" | "rejectUnrecovered"> {
  const has = (bit: number): boolean => Math.floor(flag / bit) % 2 === 1;
  return { compact: has(COMPACT), rejectUnrecovered: has(REJECT_UNRECOVERED) };
}

/** What an operation takes for a wish. Throws `HubError` badRequest when the filter is none. */
export function wishOf({ recover, filter, ...rest }: SubscribeMessage): ConnectWish {
  return {
    ...rest,
    ...(recover ? { recover } : {}),
    ...(filter === undefined ? {} : { filter: readFilter(filter) }),
  };
}

function readFilter(filter: unknown): Filter {
  try {
    return parseFilter(filter);
  } catch (error) {
    if (error instanceof FilterError) throw new HubError("badRequest", error.message);
    throw error;
  }
}

/** Where a client stood in the channels that it had. */
export function positionsOf(subs: ReadonlyMap<string, SubscribeMessage>): ReadonlyMap<string, Position> {
  return new Map([...subs].flatMap(([channel, { recover }]) => (recover ? [[channel, recover] as const] : [])));
}

const MAX_HEADERS = 32;
const MAX_HEADER_CHARACTERS = 8_192;

/** What a client sends in place of headers that it cannot set. Throws `ProtocolError` above the limits. */
export function emulatedHeaders(entries: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const characters = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (entries.length > MAX_HEADERS || characters > MAX_HEADER_CHARACTERS) {
    throw new ProtocolError(
      `more than ${MAX_HEADERS} headers, or more than ${MAX_HEADER_CHARACTERS} characters in them`,
    );
  }
  return new Map(entries.map(([name, value]) => [name.toLowerCase(), value]));
}
