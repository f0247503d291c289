import type { ServerResponse } from "node:http";
import type { Stream } from "../../hub/ports/listener.ts";
import type { Frame, Inlet } from "../../hub/ports/outlet.ts";
import type { StreamCoding } from "../gzip-stream.ts";
import { type Disconnect, LINGER_MS } from "../listener-options.ts";
import { type Connection, type Surroundings, serverError } from "./connection.ts";
import { Outbox } from "./outbox.ts";
import { progressOf } from "./progress.ts";
import { WireFrame } from "./wire-frame.ts";

/** One response without an end. */
export class StreamOutlet implements Connection {
  readonly #surroundings: Surroundings;
  readonly #response: ServerResponse;
  readonly #coding: StreamCoding;
  readonly #outbox: Outbox;
  readonly topics: Set<string> = new Set();
  #inlet: Inlet | undefined;
  #farewell: Disconnect = { code: 1006, reason: "" };
  #stopLinger: () => void = () => {};
  open = true;

  constructor(surroundings: Surroundings, response: ServerResponse, coding: StreamCoding) {
    const { gzip } = coding;
    this.#surroundings = surroundings;
    this.#response = response;
    this.#coding = coding;
    this.#outbox = new Outbox(response, {
      writer: surroundings.writer,
      maxBufferedBytes: surroundings.maxBufferedBytes,
      ...(gzip ? { encode: (bytes) => gzip.write(bytes) } : {}),
      behind: () => surroundings.stalls.watch(this),
      overflow: () => {
        if (this.open) this.#guard(() => this.#inlet?.overflow());
      },
      cut: () => this.cut(),
    });
    // `close` follows every error and says all there is to say.
    response.on("error", () => {});
    response.on("close", () => this.#ended());
  }

  /** Hands the connection to the door. */
  start(stream: Stream): void {
    this.#response.writeHead(200, { ...this.#coding.headers });
    this.#response.flushHeaders();
    this.#surroundings.opened(this);
    this.#guard(() => {
      this.#inlet = stream.connect(this);
    });
  }

  send(frame: Frame): void {
    if (this.open) this.#outbox.add(new WireFrame(frame).forStreams);
  }

  deliver(frame: WireFrame): void {
    if (this.open) this.#outbox.add(frame.forStreams);
  }

  close(disconnect: Disconnect): void {
    if (!this.open) return;
    this.open = false;
    this.#farewell = disconnect;
    this.#surroundings.closing(this);
    this.#outbox.write();
    this.#response.end(this.#coding.gzip?.end());
    this.#stopLinger = this.#surroundings.clock.after(LINGER_MS, () => this.cut());
  }

  get bufferedBytes(): number {
    return this.#outbox.bufferedBytes;
  }

  get waits(): boolean {
    return this.open && this.#response.writableLength > 0;
  }

  get progress(): string {
    return progressOf(this.#response.socket);
  }

  stalled(): void {
    if (!this.open) return;
    this.open = false;
    this.#surroundings.closing(this);
    this.#guard(() => this.#inlet?.stalled?.());
    this.cut();
  }

  cut(): void {
    this.#outbox.write();
    this.#response.destroy();
  }

  #ended(): void {
    this.#stopLinger();
    if (this.open) {
      this.open = false;
      this.#surroundings.closing(this);
    }
    this.#surroundings.gone(this);
    this.#guard(() => this.#inlet?.closed(this.#farewell.code, this.#farewell.reason));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#surroundings.log.error("a door failed", { error });
      this.close(serverError);
    }
  }
}
