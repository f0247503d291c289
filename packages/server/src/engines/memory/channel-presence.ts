import type { ClientInfo } from "../../hub/index.ts";
import type { Perishable } from "./expiring-map.ts";

interface Entry {
  readonly info: ClientInfo;
  readonly end: number;
}

/** Who is in one channel. Entries stay in the order in which they were last added, so those that end come first. */
export class ChannelPresence implements Perishable {
  readonly #entries = new Map<string, Entry>();

  /** Stops at the first entry that is alive: the sweep of a large channel costs what has ended. */
  expired(now: number): boolean {
    for (const [client, entry] of this.#entries) {
      if (entry.end > now) break;
      this.#entries.delete(client);
    }
    return this.#entries.size === 0;
  }

  add(info: ClientInfo, end: number): void {
    this.#entries.delete(info.client);
    this.#entries.set(info.client, { info, end });
  }

  remove(client: string): void {
    this.#entries.delete(client);
  }

  list(now: number): readonly ClientInfo[] {
    const infos: ClientInfo[] = [];
    for (const { info, end } of this.#entries.values()) if (end > now) infos.push(info);
    return infos;
  }
}
