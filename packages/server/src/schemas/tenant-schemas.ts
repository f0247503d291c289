import type { SchemaRecord } from "../hub/index.ts";
import { type Checked, covers } from "./kept.ts";

/** Channels of which it is remembered which schemas they have; more begin anew. */
const MAX_CHANNELS = 10_000;

/** The schemas of one tenant, ready to be used. */
export class TenantSchemas {
  readonly #own: readonly Checked[];
  readonly #all: readonly Checked[];
  readonly #byChannel = new Map<string, readonly Checked[]>();
  /** As the store has them. */
  readonly texts: ReadonlyMap<string, string>;
  /** Somebody asked since this was last looked at. */
  used = false;

  constructor(configured: readonly Checked[], own: readonly Checked[], texts: ReadonlyMap<string, string>) {
    this.#own = own;
    this.#all = [...configured, ...own];
    this.texts = texts;
  }

  get records(): readonly SchemaRecord[] {
    return this.#all.map(({ record }) => record);
  }

  ownBy(name: string): Checked | undefined {
    return this.#own.find(({ record }) => record.name === name);
  }

  /** Those that a channel's publications have to fit. */
  of(channel: string): readonly Checked[] {
    if (this.#all.length === 0) return this.#all;
    const known = this.#byChannel.get(channel);
    if (known) return known;
    if (this.#byChannel.size >= MAX_CHANNELS) this.#byChannel.clear();
    const found = this.#all.filter(({ record }) => covers(record, channel));
    this.#byChannel.set(channel, found);
    return found;
  }
}
