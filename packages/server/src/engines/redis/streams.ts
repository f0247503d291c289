import type {
  ChannelKey,
  HistoryPage,
  HistoryQuery,
  Position,
  Publication,
  PublishOptions,
  PublishResult,
} from "../../hub/index.ts";
import type { Ids } from "../../kit/ids.ts";
import { decodePublication } from "./envelope.ts";
import { transact } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Argument, Command, Link, Partition, Reply } from "./link.ts";
import { publish, top, tops } from "./scripts.ts";

export interface StreamsOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly ids: Ids;
}

export type KeptOptions = PublishOptions & Required<Pick<PublishOptions, "stream">>;

const EPOCH_LETTERS = 8;
/** Streams whose tops one command asks for: less than a millisecond of Redis. */
const TOPS_BATCH = 512;

/** The histories of channels. */
export class Streams {
  readonly #link: Link;
  readonly #keys: Keys;
  readonly #ids: Ids;

  constructor({ link, keys, ids }: StreamsOptions) {
    this.#link = link;
    this.#keys = keys;
    this.#ids = ids;
  }

  /** Adds and sends in one step. */
  async publish(key: ChannelKey, envelope: Buffer, options: KeptOptions): Promise<PublishResult> {
    const { stream, version, idempotency } = options;
    const partition = this.#link.partitionOf(key);
    const meta = this.#keys.meta(key);
    const reply = await partition.send({
      script: publish,
      keys: [this.#keys.stream(key), meta, idempotency ? this.#keys.once(key, idempotency.key) : meta],
      args: [
        envelope,
        stream.size,
        whole(stream.ttlMs),
        whole(Math.max(stream.ttlMs, stream.metaTtlMs)),
        this.#freshEpoch(),
        partition.generation,
        partition.publishCommand,
        this.#keys.channel(key),
        version ? version.value : "",
        version ? version.epoch : "",
        idempotency ? whole(idempotency.ttlMs) : 0,
      ],
      replicated: true,
    });
    const [offset, epoch, suppressed] = reply as readonly Reply[];
    return { position: positionOf(offset, epoch), suppressed: suppressed === 1 };
  }

  async read(key: ChannelKey, query: HistoryQuery): Promise<HistoryPage> {
    const partition = this.#link.partitionOf(key);
    const stream = this.#keys.stream(key);
    const opened = {
      script: top,
      keys: [stream, this.#keys.meta(key)],
      args: [whole(query.metaTtlMs), this.#freshEpoch(), partition.generation],
    };
    const range = rangeOf(stream, query);
    if (!range) return { top: topOf(await partition.send(opened)), publications: [] };
    const [position, entries] = await transact(partition, [opened, range]);
    const page = { top: topOf(position), publications: [] };
    if (query.since && query.since.epoch !== "" && query.since.epoch !== page.top.epoch) return page;
    return { ...page, publications: publicationsOf(entries as readonly Reply[]) };
  }

  async tops(wanted: readonly ChannelKey[]): Promise<readonly (Position | undefined)[]> {
    const found: (Position | undefined)[] = new Array(wanted.length).fill(undefined);
    const asked = batches(wanted, (key) => this.#link.partitionOf(key)).map(async ({ partition, places }) => {
      const metas = places.map((place) => this.#keys.meta(wanted[place] as ChannelKey));
      const reply = await partition.send({ script: tops, keys: metas, args: [partition.generation] });
      const fields = reply as readonly Reply[];
      for (const [index, place] of places.entries()) {
        const epoch = fields[2 * index + 1];
        if (epoch) found[place] = positionOf(fields[2 * index], epoch);
      }
    });
    await Promise.all(asked);
    return found;
  }

  /** Offset and epoch stay. */
  async remove(key: ChannelKey): Promise<void> {
    await this.#link.partitionOf(key).send({ name: "UNLINK", args: [this.#keys.stream(key)] });
  }

  #freshEpoch(): string {
    return this.#ids.letters(EPOCH_LETTERS);
  }
}

/** Redis takes whole milliseconds, and none is no time. */
export const whole = (ms: number): number => Math.max(1, Math.ceil(ms));

const positionOf = (offset: Reply | undefined, epoch: Reply | undefined): Position => ({
  offset: Number(offset),
  epoch: String(epoch),
});

function topOf(reply: Reply | undefined): Position {
  const [offset, epoch] = reply as readonly Reply[];
  return positionOf(offset, epoch);
}

/** Undefined where the answer is empty without asking. */
function rangeOf(stream: string, { since, limit, reverse }: HistoryQuery): Command | undefined {
  const from = Math.min(since?.offset ?? 0, Number.MAX_SAFE_INTEGER - 1);
  if (limit === 0 || (reverse && since && from <= 1)) return undefined;
  const count: readonly Argument[] = limit < 0 ? [] : ["COUNT", limit];
  if (reverse) return { name: "XREVRANGE", args: [stream, since ? from - 1 : "+", "-", ...count] };
  return { name: "XRANGE", args: [stream, since ? from + 1 : "-", "+", ...count] };
}

function publicationsOf(entries: readonly Reply[]): readonly Publication[] {
  const publications: Publication[] = [];
  for (const entry of entries) {
    const [id, fields] = entry as readonly [Buffer, readonly Buffer[]];
    const bytes = fields[1];
    const publication = bytes && decodePublication(bytes, Number.parseInt(id.toString(), 10));
    if (publication) publications.push(publication);
  }
  return publications;
}

interface Batch {
  readonly partition: Partition;
  /** Indexes into the list. */
  readonly places: number[];
}

/** Which places of the list each command asks for. */
function batches<T>(list: readonly T[], partitionOf: (item: T) => Partition): readonly Batch[] {
  const all: Batch[] = [];
  const open = new Map<Partition, Batch>();
  for (const [place, item] of list.entries()) {
    const partition = partitionOf(item);
    let batch = open.get(partition);
    if (!batch || batch.places.length === TOPS_BATCH) {
      batch = { partition, places: [] };
      open.set(partition, batch);
      all.push(batch);
    }
    batch.places.push(place);
  }
  return all;
}
