import type {
  Broker,
  ChannelKey,
  HistoryPage,
  HistoryQuery,
  Position,
  Publication,
  PublishOptions,
  PublishResult,
} from "../../hub/index.ts";
import type { Ids } from "../../kit/ids.ts";
import { decodePublication, encodeArrival, encodePublication } from "./envelope.ts";
import { failedAway, publishFailed, transact } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Argument, Command, Link, Partition, Reply } from "./link.ts";
import { publish, publishOnce, top, tops } from "./scripts.ts";

export interface BrokerOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly ids: Ids;
  /** Throws when the engine is not running. */
  readonly running: () => void;
  /** Channels whose events this node wants. */
  readonly subscribed: Set<ChannelKey>;
}

const EPOCH_LETTERS = 8;
/** Streams whose tops one command asks for: less than a millisecond of Redis. */
const TOPS_BATCH = 512;
const PUBLISHED: PublishResult = { suppressed: false };

export function createBroker({ link, keys, ids, running, subscribed }: BrokerOptions): Broker {
  const freshEpoch = (): string => ids.letters(EPOCH_LETTERS);

  function send(key: ChannelKey, envelope: Buffer): Promise<Reply> {
    const partition = link.partitionOf(key);
    return partition.send({ name: partition.publishCommand, args: [keys.channel(key), envelope] });
  }

  async function publishPlain(
    key: ChannelKey,
    envelope: Buffer,
    idempotency: PublishOptions["idempotency"],
  ): Promise<PublishResult> {
    if (!idempotency) {
      await send(key, envelope);
      return PUBLISHED;
    }
    const partition = link.partitionOf(key);
    const sent = await partition.send({
      script: publishOnce,
      keys: [keys.once(key, idempotency.key)],
      args: [envelope, whole(idempotency.ttlMs), partition.publishCommand, keys.channel(key)],
    });
    return { suppressed: sent !== 1 };
  }

  async function publishKept(key: ChannelKey, envelope: Buffer, options: KeptOptions): Promise<PublishResult> {
    const { stream, version, idempotency } = options;
    const partition = link.partitionOf(key);
    const meta = keys.meta(key);
    const reply = await partition.send({
      script: publish,
      keys: [keys.stream(key), meta, idempotency ? keys.once(key, idempotency.key) : meta],
      args: [
        envelope,
        stream.size,
        whole(stream.ttlMs),
        whole(Math.max(stream.ttlMs, stream.metaTtlMs)),
        freshEpoch(),
        partition.generation,
        partition.publishCommand,
        keys.channel(key),
        version ? version.value : "",
        version ? version.epoch : "",
        idempotency ? whole(idempotency.ttlMs) : 0,
      ],
      replicated: true,
    });
    const [offset, epoch, suppressed] = reply as readonly Reply[];
    return { position: positionOf(offset, epoch), suppressed: suppressed === 1 };
  }

  async function history(key: ChannelKey, query: HistoryQuery): Promise<HistoryPage> {
    const partition = link.partitionOf(key);
    const stream = keys.stream(key);
    const opened = {
      script: top,
      keys: [stream, keys.meta(key)],
      args: [whole(query.metaTtlMs), freshEpoch(), partition.generation],
    };
    const range = rangeOf(stream, query);
    const [position, entries] = await transact(partition, range ? [opened, range] : [opened]);
    const [offset, epoch] = position as readonly Reply[];
    const page = { top: positionOf(offset, epoch), publications: [] };
    if (!range || (query.since && query.since.epoch !== "" && query.since.epoch !== page.top.epoch)) return page;
    return { ...page, publications: publicationsOf(entries as readonly Reply[]) };
  }

  async function topsOf(wanted: readonly ChannelKey[]): Promise<readonly (Position | undefined)[]> {
    const found: (Position | undefined)[] = new Array(wanted.length).fill(undefined);
    const asked = batches(wanted, (key) => link.partitionOf(key)).map(async ({ partition, places }) => {
      const metas = places.map((place) => keys.meta(wanted[place] as ChannelKey));
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

  return {
    async subscribe(key) {
      running();
      subscribed.add(key);
      await link.partitionOf(key).subscribe(keys.channel(key)).catch(failedAway);
    },
    async unsubscribe(key) {
      running();
      subscribed.delete(key);
      await link.partitionOf(key).unsubscribe(keys.channel(key));
    },
    async publish(key, publication, options) {
      running();
      const envelope = encodePublication(publication);
      const { stream, idempotency } = options;
      const published = stream
        ? publishKept(key, envelope, { ...options, stream })
        : publishPlain(key, envelope, idempotency);
      return published.catch(publishFailed);
    },
    async join(key, info) {
      running();
      await send(key, encodeArrival("join", info)).catch(failedAway);
    },
    async leave(key, info) {
      running();
      await send(key, encodeArrival("leave", info)).catch(failedAway);
    },
    async history(key, query) {
      running();
      return history(key, query).catch(failedAway);
    },
    async tops(wanted) {
      running();
      return topsOf(wanted).catch(failedAway);
    },
    async removeHistory(key) {
      running();
      await link
        .partitionOf(key)
        .send({ name: "UNLINK", args: [keys.stream(key)] })
        .catch(failedAway);
    },
  };
}

type KeptOptions = PublishOptions & Required<Pick<PublishOptions, "stream">>;

/** Redis takes whole milliseconds, and none is no time. */
const whole = (ms: number): number => Math.max(1, Math.ceil(ms));

const positionOf = (offset: Reply | undefined, epoch: Reply | undefined): Position => ({
  offset: Number(offset),
  epoch: String(epoch),
});

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
