import type { Disconnect, Frame } from "../../../hub/index.ts";

/** How Engine.IO packets travel between one client and the door; answers pings where they come during a test. */
export interface Wire {
  /** Lets the client in, which says nothing yet. Rejects with a `Refusal` of the HTTP status. */
  open(): Promise<void>;
  /** Opens the connection when it is not. Calls keep their order; each resolves when the packet has left. */
  send(packet: Frame): Promise<void>;
  /** Every packet that came. */
  readonly packets: readonly string[];
  /** The end of the connection, with as much as the transport says about it. */
  readonly ended: Disconnect | undefined;
  /** Resolves as soon as `holds` does; rejects when that takes too long. */
  until(holds: () => boolean, what: string): Promise<void>;
  cut(): void;
  stopReading(): void;
  readOn(): void;
}

/** What a client knows of a connection that went without a word. */
export const lost: Disconnect = { code: 1006, reason: "" };
