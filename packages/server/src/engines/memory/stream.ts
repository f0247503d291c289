import type {
  HistoryPage,
  HistoryQuery,
  Position,
  Publication,
  PublishOptions,
  StreamOptions,
} from "../../hub/index.ts";
import { Ring } from "../../kit/ring.ts";
import type { Perishable } from "./expiring-map.ts";

type Version = NonNullable<PublishOptions["version"]>;

/** One life of a channel's history: epoch, offset, version and the newest publications, whose offsets have no gaps. */
export class Stream implements Perishable {
  readonly epoch: string;
  #offset = 0;
  #version: Version | undefined;
  readonly #publications = new Ring<Publication>(0);
  #publicationsEnd = 0;
  #end = 0;

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get top(): Position {
    return { offset: this.#offset, epoch: this.epoch };
  }

  expired(now: number): boolean {
    if (now >= this.#publicationsEnd && this.#publications.length > 0) this.#publications.clear();
    return now >= this.#end;
  }

  /** Makes `version` the current one, unless it is not above the current one of the same version epoch. */
  advance(version: Version): boolean {
    const current = this.#version;
    if (current && current.epoch === version.epoch && current.value >= version.value) return false;
    this.#version = version;
    return true;
  }

  append(publication: Publication, { size, ttlMs, metaTtlMs }: StreamOptions, now: number): Publication {
    const kept = numbered(publication, ++this.#offset);
    this.#publications.limit = size;
    this.#publications.push(kept);
    this.#publicationsEnd = now + ttlMs;
    this.#end = now + Math.max(ttlMs, metaTtlMs);
    return kept;
  }

  read(query: HistoryQuery, now: number): HistoryPage {
    this.#end = Math.max(this.#end, now + query.metaTtlMs);
    return { publications: this.#select(query), top: this.top };
  }

  /** Removes the publications. */
  clear(): void {
    this.#publications.clear();
  }

  #select({ since, limit, reverse }: HistoryQuery): readonly Publication[] {
    if (since && since.epoch !== "" && since.epoch !== this.epoch) return [];
    const length = this.#publications.length;
    /** The index of the first publication after `since`, were it kept. */
    const after = since ? since.offset - (this.#offset - length) : 0;
    const step = reverse ? -1 : 1;
    let index = reverse ? Math.min(since ? after - 2 : length, length - 1) : Math.max(after, 0);
    const selected: Publication[] = [];
    for (; selected.length !== limit; index += step) {
      const publication = this.#publications.at(index);
      if (!publication) break;
      selected.push(publication);
    }
    return selected;
  }
}

/** The publication as it is delivered. Bytes are copied, so that a buffer used again by the publisher changes nothing. */
export function numbered(publication: Publication, offset: number): Publication {
  const data = typeof publication.data === "string" ? publication.data : new Uint8Array(publication.data);
  return { ...publication, data, offset };
}
