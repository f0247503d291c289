import type { Frame } from "../../hub/ports/outlet.ts";
import { Batch } from "./batch.ts";
import { encodeDeflatedFrame, encodeWebSocketFrame } from "./frame.ts";

/** One frame on its way to any number of connections: built once for each kind of them. */
export class WireFrame {
  readonly #frame: Frame;
  #forSockets: Batch | undefined;
  #forDeflatingSockets: Batch | undefined;
  #forStreams: Batch | undefined;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  get forSockets(): Batch {
    this.#forSockets ??= new Batch(encodeWebSocketFrame(this.#frame));
    return this.#forSockets;
  }

  get forDeflatingSockets(): Batch {
    this.#forDeflatingSockets ??= new Batch(encodeDeflatedFrame(this.#frame));
    return this.#forDeflatingSockets;
  }

  get forStreams(): Batch {
    this.#forStreams ??= new Batch(typeof this.#frame === "string" ? Buffer.from(this.#frame) : this.#frame);
    return this.#forStreams;
  }
}
