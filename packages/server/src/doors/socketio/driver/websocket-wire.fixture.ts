import type { Disconnect, Frame } from "../../../hub/index.ts";
import { connectRaw, type RawClient } from "../../../listeners/raw-client.contract.ts";
import { Refusal } from "../../door-ground.fixture.ts";
import { lost, type Wire } from "./wire.fixture.ts";

/** A WebSocket of which the test holds the TCP connection. */
export class WebSocketWire implements Wire {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  #raw: RawClient | undefined;
  #opening: Promise<RawClient> | undefined;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#url = new URL(url);
    this.#headers = headers;
  }

  async #open(): Promise<RawClient> {
    this.#opening ??= connectRaw({
      port: Number(this.#url.port),
      path: "/socket.io/?EIO=4&transport=websocket",
      headers: this.#headers,
    });
    const raw = await this.#opening;
    if (raw.status !== 101) {
      raw.socket.destroy();
      throw new Refusal(raw.status, raw.head);
    }
    this.#raw = raw;
    return raw;
  }

  async open(): Promise<void> {
    const raw = await this.#open();
    await raw.until(() => raw.messages.length > 0 || raw.ended, "the engine's terms");
  }

  async send(packet: Frame): Promise<void> {
    (this.#raw ?? (await this.#open())).send(packet);
  }

  get packets(): readonly string[] {
    return (this.#raw?.messages ?? []).map(String);
  }

  get ended(): Disconnect | undefined {
    const raw = this.#raw;
    if (!raw || (raw.closeCode === undefined && !raw.ended)) return undefined;
    return raw.closeCode === undefined ? lost : { code: raw.closeCode, reason: raw.closeReason };
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return this.#raw?.until(holds, what) ?? Promise.reject(new Error(`no connection that could bring ${what}`));
  }

  cut(): void {
    this.#raw?.socket.destroy();
  }

  stopReading(): void {
    this.#raw?.socket.pause();
  }

  readOn(): void {
    this.#raw?.socket.resume();
  }
}
