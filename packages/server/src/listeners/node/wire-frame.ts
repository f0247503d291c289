import type { MessageCompression } from "../../hub/ports/listener.ts";
import type { Frame } from "../../hub/ports/outlet.ts";
import { Batch } from "../batch.ts";
import { encodeDeflatedFrame, encodeWebSocketFrame } from "./frame.ts";

/** One frame on its way to any number of connections: built once for each kind of them. */
export class WireFrame {
  readonly #frame: Frame;
  #forSockets: Batch | undefined;
  #deflated: Map<number, Batch> | undefined;
  #forStreams: Batch | undefined;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  get forSockets(): Batch {
    this.#forSockets ??= new Batch(encodeWebSocketFrame(this.#frame));
    return this.#forSockets;
  }

  /** For sockets that agreed upon compression. */
  deflated({ minSize, level }: MessageCompression): Batch {
    if (this.#frame.length < minSize) return this.forSockets;
    this.#deflated ??= new Map();
    const known = this.#deflated.get(level) ?? new Batch(encodeDeflatedFrame(this.#frame, level));
    this.#deflated.set(level, known);
    return known;
  }

  get forStreams(): Batch {
    this.#forStreams ??= new Batch(typeof this.#frame === "string" ? Buffer.from(this.#frame) : this.#frame);
    return this.#forStreams;
  }
}
