import type { Ids } from "../../kit/ids.ts";
import type { HistoryPage, HistoryQuery, Position, Publication, PublishOptions, PublishResult } from "../index.ts";
import type { ChannelKey } from "../values/channel.ts";

interface Stream {
  readonly epoch: string;
  /** The life of the storage that wrote it: in another one nobody knows what its end has lost. */
  readonly generation: number;
  offset: number;
  kept: Publication[];
}

interface Published {
  readonly sent: Publication;
  readonly result: PublishResult & { readonly position: Position };
}

/** Where the simulated engine keeps streams; it can forget, in every way in which a real one can. */
export class Storage {
  readonly #ids: Ids;
  readonly #streams = new Map<ChannelKey, Stream>();
  #generation = 1;
  /** What was ever published under a position, by `positionName`. */
  readonly truth: Map<string, unknown> = new Map();

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  publish(key: ChannelKey, publication: Publication, { stream: options }: PublishOptions): Published {
    if (!options) throw new Error("the simulation publishes into streams only");
    let stream = this.#streams.get(key);
    if (stream?.generation !== this.#generation) stream = this.#begin(key);
    const numbered = { ...publication, offset: ++stream.offset };
    stream.kept = [...stream.kept, numbered].slice(-options.size);
    const position = { offset: stream.offset, epoch: stream.epoch };
    this.truth.set(positionName(key, position), publication.data);
    return { sent: numbered, result: { position, suppressed: false } };
  }

  history(key: ChannelKey, { since, limit, reverse }: HistoryQuery): HistoryPage {
    if (reverse) throw new Error("the simulation reads forward only");
    const { offset, epoch, kept } = this.#streams.get(key) ?? this.#begin(key);
    const later = kept.filter((each) => !since || each.offset > since.offset);
    const other = since && since.epoch !== "" && since.epoch !== epoch;
    return { publications: other ? [] : later.slice(0, limit < 0 ? undefined : limit), top: { offset, epoch } };
  }

  top(key: ChannelKey): Position | undefined {
    const stream = this.#streams.get(key);
    return stream && { offset: stream.offset, epoch: stream.epoch };
  }

  /** Forgets what nobody can get any more. */
  forget(): void {
    const names = [...this.#streams].flatMap(([key, { epoch, kept }]) =>
      kept.map(({ offset }) => positionName(key, { offset, epoch })),
    );
    const keep = new Set(names);
    for (const name of this.truth.keys()) if (!keep.has(name)) this.truth.delete(name);
  }

  #begin(key: ChannelKey): Stream {
    const stream = { epoch: this.#ids.letters(8), generation: this.#generation, offset: 0, kept: [] };
    this.#streams.set(key, stream);
    return stream;
  }

  // Losses

  /** Another process continues with what was saved: some of the last publications are not. */
  restart(lost: "nothing" | "tail" | "everything"): void {
    this.#generation++;
    if (lost === "everything") this.#streams.clear();
    if (lost !== "tail") return;
    for (const stream of this.#streams.values()) {
      const count = Math.min(stream.offset, Math.floor(this.#ids.fraction() * 5));
      stream.offset -= count;
      stream.kept = stream.kept.filter(({ offset }) => offset <= stream.offset);
    }
  }

  /** The whole stream, or only its publications. */
  evict(key: ChannelKey, what: "stream" | "publications"): void {
    const stream = this.#streams.get(key);
    if (what === "stream") this.#streams.delete(key);
    else if (stream) stream.kept = [];
  }
}

export const positionName = (key: ChannelKey, { offset, epoch }: Position): string => `${key} ${epoch} ${offset}`;
