import type { Disconnect } from "../values/disconnects.ts";

export type { Disconnect };

/** Encoded bytes ready for a socket: a string leaves as text, bytes leave as binary. */
export type Frame = string | Uint8Array;

/**
 * The way out of one connection.
 *
 * Promise: frames leave in call order, also when mixed with `Topics.publish` to a topic that the outlet has joined.
 */
export interface Outlet {
  /** Queues one frame. Does nothing once the outlet is closed. */
  send(frame: Frame): void;
  /** Ends the connection after the frames already queued. Calling it again does nothing. */
  close(disconnect: Disconnect): void;
  /** Asks for a sign of life below the protocol (a WebSocket ping frame). Absent: the connection has no such thing. */
  ping?(): void;
  /** Bytes queued here and not yet taken by the kernel. */
  readonly bufferedBytes: number;
}

/**
 * The way in of one connection: what a door does with what arrives. The listener calls it.
 *
 * Promise of the listener: nothing is called before `connect` has returned the inlet, `closed` is called exactly once
 * and last, also after `Outlet.close`.
 */
export interface Inlet {
  /** One whole message: a string for text, bytes for binary. The bytes are the door's to keep. */
  message(data: Frame): void;
  /** The answer to `Outlet.ping`; a client may also send one unasked. */
  pong?(): void;
  /** The queue passed the listener's limit: the reader is too slow. The door closes it; nothing was dropped so far. */
  overflow(): void;
  /** Bytes waited, and the kernel took none of them, for the listener's limit. Right after this the connection is cut. */
  stalled?(): void;
  closed(code: number, reason: string): void;
}
