import type { ClientInfo, Payload, Position, Publication } from "./publication.ts";
import type { SubscribeResult } from "./subscription.ts";

/** Everything that the server sends unasked, in domain values; an `Encoder` turns it into a frame. */
export type Push =
  | {
      readonly type: "publication";
      readonly channel: string;
      readonly publication: Publication;
      readonly epoch: string;
      /** Stands for the channel's name where the client asked for that; absent: the name. */
      readonly channelId?: number;
      /** For those who take deltas: the patch against the publication before, or without one the whole data. */
      readonly delta?: { readonly patch?: Payload };
    }
  | {
      readonly type: "join" | "leave";
      readonly channel: string;
      readonly info: ClientInfo;
      readonly channelId?: number;
    }
  | { readonly type: "subscribe"; readonly channel: string; readonly result: SubscribePush }
  | { readonly type: "unsubscribe"; readonly channel: string; readonly code: number; readonly reason: string }
  | { readonly type: "message"; readonly data: Payload }
  | { readonly type: "refresh"; readonly expires: boolean; readonly ttl: number }
  | { readonly type: "disconnect"; readonly code: number; readonly reason: string; readonly reconnect: boolean }
  /** The first push of a unidirectional connection, in place of a reply. */
  | { readonly type: "connect"; readonly result: ConnectResult }
  | { readonly type: "ping" };

/** A server-side subscription added to a live connection. */
export interface SubscribePush {
  readonly recoverable: boolean;
  readonly positioned: boolean;
  readonly position?: Position;
  readonly data?: Payload;
}

/** How a connection begins for its client. */
export interface ConnectResult {
  readonly client: string;
  readonly session: string;
  readonly node: string;
  readonly version: string;
  readonly expires: boolean;
  /** Seconds. */
  readonly ttl: number;
  /** Seconds between pings; 0 when there are none. */
  readonly ping: number;
  readonly pong: boolean;
  /** Milliseconds since the Unix epoch, when the configuration asks for it. */
  readonly time?: number;
  /** What the application has for the client. */
  readonly data?: Payload;
  readonly subscriptions: ReadonlyMap<string, SubscribeResult>;
}
