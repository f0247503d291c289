import type {
  ClientInfo,
  ConnectResult,
  HistoryPage,
  Payload,
  Position,
  RefreshResult,
  SubscribeResult,
} from "../../hub/index.ts";

/** Client to server, whatever the format (Centrifugo client protocol v2, message `Command`). */
export interface Command {
  /** 0 for what needs no reply. */
  readonly id: number;
  readonly request: Request;
}

export type Request =
  | {
      readonly type: "connect";
      readonly token: string;
      readonly name: string;
      readonly recover: ReadonlyMap<string, Position>;
    }
  | {
      readonly type: "subscribe";
      readonly channel: string;
      readonly token: string;
      readonly recover: Position | undefined;
      readonly positioned: boolean;
      readonly recoverable: boolean;
      readonly joinLeave: boolean;
    }
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
