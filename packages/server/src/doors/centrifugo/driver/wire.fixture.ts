import type { Frame } from "../../../hub/index.ts";
import type { RawClient } from "../../../listeners/raw-client.contract.ts";

export interface WirePublication {
  readonly data: unknown;
  readonly offset?: number;
}

export interface WirePush {
  readonly channel: string;
  readonly pub?: WirePublication;
  readonly join?: { readonly info: { readonly user?: string } };
  readonly leave?: { readonly info: { readonly user?: string } };
  readonly unsubscribe?: { readonly code: number };
  readonly disconnect?: { readonly code: number; readonly reason: string };
}

export interface WireReply {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly message: string };
  readonly push?: WirePush;
  readonly connect?: WireConnect;
  readonly subscribe?: {
    readonly recoverable?: boolean;
    readonly epoch?: string;
    readonly offset?: number;
    readonly recovered?: boolean;
    readonly publications?: readonly WirePublication[];
  };
  readonly presence?: { readonly presence: Readonly<Record<string, { readonly user?: string }>> };
  readonly history?: { readonly publications?: readonly WirePublication[] };
}

export interface WireConnect {
  readonly client: string;
  /** Where commands go that do not travel on the connection itself. */
  readonly session: string;
  readonly node: string;
}

/** One format of the protocol, as a client writes and reads it. */
export interface WireForm {
  write(command: Readonly<Record<string, unknown>>): Frame;
  join(frames: readonly Frame[]): Frame;
  /** The body of a request to the emulation endpoint. */
  emulation(to: WireConnect, data: Frame): Frame;
  readonly contentType: string;
  /** Reads what comes over one connection, piece by piece; a reply may be spread over several. */
  createReader(): (piece: Frame) => readonly WireReply[];
}

/** How frames travel between one client and the door. */
export interface Wire {
  /** The first frame opens the connection. Resolves when the frame has left; rejects with a `Refusal`. */
  send(frame: Frame): Promise<void>;
  /** Absent: the transport carries the first frame in its request. */
  readonly open?: () => Promise<void>;
  /** What the door answered to connect. */
  connected(connect: WireConnect): void;
  /** What comes from the server; absent before the connection is open. */
  readonly raw: RawClient | undefined;
}
