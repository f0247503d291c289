import type { Disconnect, Frame } from "../../../hub/index.ts";
import { Refusal } from "../../door-ground.fixture.ts";
import { lost, type Wire } from "./wire.fixture.ts";

const SEPARATOR = "\x1e";
const CLOSE = "1";
const PING = "2";
const PONG = "3";
/** How long a test waits for what must happen. */
const PATIENCE_MS = 15_000;

const textOf = (packet: Frame): string =>
  typeof packet === "string" ? packet : `b${Buffer.from(packet).toString("base64")}`;

/** Requests one after the other: one that waits for packets, and one at a time that brings what has gathered. */
export class PollingWire implements Wire {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly packets: string[] = [];
  ended: Disconnect | undefined = undefined;
  #sid = "";
  #opening: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #gathering: { readonly packets: string[]; readonly sent: Promise<void> } | undefined;
  /** Pending while nothing is read. */
  #pause: PromiseWithResolvers<void> | undefined;
  readonly #abort = new AbortController();
  readonly #watchers = new Set<() => void>();

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#url = `http://127.0.0.1:${new URL(url).port}/socket.io/?EIO=4&transport=polling`;
    this.#headers = headers;
  }

  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const response = await this.#fetch();
    const body = await response.text();
    if (response.status !== 200) throw new Refusal(response.status, body);
    this.#sid = JSON.parse(body.slice(1)).sid;
    this.packets.push(body);
    void this.#pollOn();
  }

  #fetch(body?: string): Promise<Response> {
    return fetch(this.#sid === "" ? this.#url : `${this.#url}&sid=${this.#sid}`, {
      headers: { ...this.#headers },
      signal: this.#abort.signal,
      ...(body === undefined ? {} : { method: "POST", body }),
    }).catch((error: unknown) => {
      throw new Refusal(0, String(error));
    });
  }

  async #pollOn(): Promise<void> {
    while (!this.ended) {
      await this.#pause?.promise;
      const packets = await this.#poll();
      this.packets.push(...packets);
      if (packets.includes(PING)) void this.send(PONG).catch(() => {});
      if (packets.length === 0 || packets.includes(CLOSE)) this.ended ??= lost;
      for (const watch of [...this.#watchers]) watch();
    }
  }

  /** None: there is no such connection any more. */
  async #poll(): Promise<readonly string[]> {
    try {
      const response = await this.#fetch();
      const body = await response.text();
      return response.status === 200 ? body.split(SEPARATOR) : [];
    } catch {
      return [];
    }
  }

  async send(packet: Frame): Promise<void> {
    const text = textOf(packet);
    if (this.#sid === "") await this.open();
    this.#gathering ??= this.#gather();
    this.#gathering.packets.push(text);
    return this.#gathering.sent;
  }

  #gather(): { readonly packets: string[]; readonly sent: Promise<void> } {
    const packets: string[] = [];
    const sent = this.#last.then(async () => {
      this.#gathering = undefined;
      const { status } = await this.#fetch(packets.join(SEPARATOR));
      // Everything else ends the connection, and the poll says why.
      if (status === 413) throw new Refusal(status, "the packets were not taken");
    });
    this.#last = sent.catch(() => {});
    return { packets, sent };
  }

  until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
        settle();
      };
      const watch = (): void => {
        if (holds()) finish(resolve);
      };
      const timer = setTimeout(() => finish(() => reject(new Error(`waited in vain for ${what}`))), PATIENCE_MS);
      this.#watchers.add(watch);
    });
  }

  cut(): void {
    this.#abort.abort();
    this.ended ??= lost;
    this.readOn();
    for (const watch of [...this.#watchers]) watch();
  }

  stopReading(): void {
    this.#pause ??= Promise.withResolvers();
  }

  readOn(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }
}
