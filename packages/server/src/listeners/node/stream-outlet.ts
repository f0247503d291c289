import type { ServerResponse } from "node:http";
import type { Stream } from "../../hub/ports/listener.ts";
import type { Frame } from "../../hub/ports/outlet.ts";
import type { StreamCoding } from "../gzip-stream.ts";
import { type Disconnect, LINGER_MS } from "../listener-options.ts";
import type { Surroundings } from "./connection.ts";
import { DoorOutlet } from "./door-outlet.ts";
import { progressOf } from "./progress.ts";
import { WireFrame } from "./wire-frame.ts";

/** One response without an end. */
export class StreamOutlet extends DoorOutlet {
  readonly #response: ServerResponse;
  readonly #coding: StreamCoding;
  #farewell: Disconnect = { code: 1006, reason: "" };
  #stopLinger: () => void = () => {};

  constructor(surroundings: Surroundings, response: ServerResponse, coding: StreamCoding) {
    const { gzip } = coding;
    super(surroundings, response, gzip ? { encode: (bytes) => gzip.write(bytes) } : {});
    this.#response = response;
    this.#coding = coding;
    // `close` follows every error and says all there is to say.
    response.on("error", () => {});
    response.on("close", () => {
      this.#stopLinger();
      this.ended(this.#farewell);
    });
  }

  /** Hands the connection to the door. */
  start(stream: Stream): void {
    this.#response.writeHead(200, { ...this.#coding.headers });
    this.#response.flushHeaders();
    this.enter((outlet) => stream.connect(outlet));
  }

  send(frame: Frame): void {
    this.deliver(new WireFrame(frame));
  }

  deliver(frame: WireFrame): void {
    if (this.open) this.outbox.add(frame.forStreams);
  }

  close(disconnect: Disconnect): void {
    if (!this.leave()) return;
    this.#farewell = disconnect;
    this.outbox.write();
    this.#response.end(this.#coding.gzip?.end());
    this.#stopLinger = this.surroundings.clock.after(LINGER_MS, () => this.cut());
  }

  get progress(): string {
    return progressOf(this.#response.socket);
  }

  protected override destroy(): void {
    this.#response.destroy();
  }
}
