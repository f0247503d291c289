import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import {
  type ChannelKey,
  type Engine,
  errors,
  type HistoryPage,
  HubError,
  type Position,
  type PublishOptions,
} from "../../hub/index.ts";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { createRedisEngine, createRedisLink, type RedisLinkOptions } from "./index.ts";
import type { Link, Partition } from "./link.ts";

/** Long enough for history to hold all that a test publishes. */
const kept: PublishOptions = { stream: { size: 100_000, ttlMs: 600_000, metaTtlMs: 600_000 } };
const TURN_MS = 3;

interface Acknowledged {
  readonly key: ChannelKey;
  readonly data: string;
  readonly position: Position;
}

/** What became of all publications. */
export interface Account {
  readonly acknowledged: number;
  /** Redis was away, nothing was published. */
  readonly refused: number;
  /** Nobody knows whether they were published. */
  readonly unknown: number;
  /** Acknowledged, and neither received nor in history. */
  readonly lost: number;
  /** Of these, the ones in channels whose subscribers would not be told that something is missing. */
  readonly lostUntold: number;
  /** Received more than once. */
  readonly duplicated: number;
  /** Received after a later one of the same epoch. */
  readonly reordered: number;
  /** Received or kept although the publisher was told that they were not published. */
  readonly refusedButThere: number;
  /** Acknowledged, not received, and nothing said that events may be missing. */
  readonly unnoticed: number;
  /** How often the subscriber was told that events may be missing, also where no later publication shows it. */
  readonly interruptions: number;
}

/** Two nodes over one Redis: one publishes without a pause, the other is subscribed. */
export interface Continuity {
  readonly keys: readonly ChannelKey[];
  readonly publisher: Engine;
  /** Resolves when a publication into every channel was acknowledged after the call, and has arrived. */
  flows(): Promise<void>;
  /** Ends publishing and settles accounts, as a node would that compares positions. */
  settle(): Promise<Account>;
  stop(): Promise<void>;
}

export interface ContinuityOptions {
  readonly prefix?: string;
  readonly channels?: number;
}

export async function startContinuity(link: RedisLinkOptions, options: ContinuityOptions = {}): Promise<Continuity> {
  const { prefix = randomIds.letters(12), channels = 8 } = options;
  const surroundings = { clock: systemClock, ids: randomIds, log: silentLog };
  const links = [createRedisLink(link, surroundings), createRedisLink(link, surroundings)] as const;
  const engine = (own: Link): Engine => createRedisEngine({ link: own, prefix, ...surroundings });
  const keys = everywhere(links[0], channels);
  const [publisher, subscriber] = [engine(links[0]), engine(links[1])];
  const progress = new EventEmitter();
  const witness = createWitness(keys, progress);
  await publisher.start("publisher", { ...witness.events, publication() {}, interrupted() {} });
  await subscriber.start("subscriber", witness.events);
  await Promise.all(keys.map((key) => subscriber.broker.subscribe(key)));
  const book = createBook(progress);
  let running = true;
  const publishing = keys.map(async (key) => {
    for (let number = 0; running; number++) {
      await book.publish(publisher, key, `${key} ${number}`);
      await pause(TURN_MS);
    }
  });
  return {
    keys,
    publisher,
    async flows() {
      const before = book.acknowledged.length;
      const arrived = (key: ChannelKey): boolean =>
        book.acknowledged.slice(before).some((each) => each.key === key && witness.received.has(each.data));
      while (!keys.every(arrived)) await once(progress, "step");
    },
    async settle() {
      running = false;
      await Promise.all(publishing);
      return account(subscriber, book, witness);
    },
    async stop() {
      running = false;
      await Promise.all(publishing);
      await publisher.stop();
      await subscriber.stop();
    },
  };
}

/** Channels in every partition: what happens to one of them has to concern somebody. */
function everywhere(link: Link, count: number): readonly ChannelKey[] {
  const keys: ChannelKey[] = [];
  const met = new Set<Partition>();
  while (keys.length < count || met.size < link.partitions.length) {
    const key = `channel:${randomIds.letters(12)}` as ChannelKey;
    const partition = link.partitionOf(key);
    if (keys.length >= count && met.has(partition)) continue;
    keys.push(key);
    met.add(partition);
  }
  return keys;
}

interface Book {
  readonly acknowledged: Acknowledged[];
  readonly refused: Set<string>;
  readonly unknown: Set<string>;
  publish(engine: Engine, key: ChannelKey, data: string): Promise<void>;
}

function createBook(progress: EventEmitter): Book {
  const acknowledged: Acknowledged[] = [];
  const refused = new Set<string>();
  const unknown = new Set<string>();
  return {
    acknowledged,
    refused,
    unknown,
    async publish(engine, key, data) {
      try {
        const { position } = await engine.broker.publish(key, { data, offset: 0 }, kept);
        assert.ok(position);
        acknowledged.push({ key, data, position });
        progress.emit("step");
      } catch (error) {
        assert.ok(error instanceof HubError, String(error));
        if (error.code === errors.outcomeUnknown.code) unknown.add(data);
        else {
          assert.equal(error.code, errors.unavailable.code, error.message);
          refused.add(data);
        }
      }
    },
  };
}

interface Witness {
  readonly received: Map<string, number>;
  /** The highest position that arrived, by channel and epoch. */
  readonly tops: Map<string, number>;
  readonly epochs: Map<ChannelKey, Set<string>>;
  reordered: number;
  interruptions: number;
  /** How often the channel was said to be interrupted, or a gap or a new epoch showed it. */
  readonly alarms: Map<ChannelKey, number>;
  readonly events: Parameters<Engine["start"]>[1];
}

function createWitness(keys: readonly ChannelKey[], progress: EventEmitter): Witness {
  const alarm = (key: ChannelKey): void => void witness.alarms.set(key, (witness.alarms.get(key) ?? 0) + 1);
  const witness: Witness = {
    received: new Map(),
    tops: new Map(),
    epochs: new Map(keys.map((key) => [key, new Set()])),
    reordered: 0,
    interruptions: 0,
    alarms: new Map(),
    events: {
      publication(key, { data, offset }, epoch) {
        const place = `${key} ${epoch}`;
        const top = witness.tops.get(place);
        if (top === undefined ? offset !== 1 : offset !== top + 1) alarm(key);
        if (top !== undefined && offset <= top) witness.reordered++;
        witness.tops.set(place, Math.max(top ?? 0, offset));
        witness.epochs.get(key)?.add(epoch);
        witness.received.set(String(data), (witness.received.get(String(data)) ?? 0) + 1);
        progress.emit("step");
      },
      join() {},
      leave() {},
      control() {},
      interrupted(affects = () => true) {
        witness.interruptions++;
        for (const key of keys) if (affects(key)) alarm(key);
      },
    },
  };
  return witness;
}

async function account(subscriber: Engine, book: Book, witness: Witness): Promise<Account> {
  const there = new Set<string>(witness.received.keys());
  const told = new Set<ChannelKey>();
  for (const [key, epochs] of witness.epochs) {
    const { publications, top } = await historyOf(subscriber, key);
    for (const { data } of publications) there.add(String(data));
    // What a node does with these: a new epoch, or a top below what was seen, cannot be continued.
    const known = witness.tops.get(`${key} ${top.epoch}`) ?? 0;
    if (epochs.size > 1 || !epochs.has(top.epoch) || top.offset < known) told.add(key);
  }
  const lost = book.acknowledged.filter(({ data }) => !there.has(data));
  const missed = book.acknowledged.filter(({ data }) => !witness.received.has(data));
  return {
    acknowledged: book.acknowledged.length,
    refused: book.refused.size,
    unknown: book.unknown.size,
    lost: lost.length,
    lostUntold: lost.filter(({ key }) => !told.has(key)).length,
    duplicated: [...witness.received.values()].filter((times) => times > 1).length,
    reordered: witness.reordered,
    refusedButThere: [...book.refused].filter((data) => there.has(data)).length,
    unnoticed: missed.filter(({ key }) => !witness.alarms.has(key)).length,
    interruptions: witness.interruptions,
  };
}

/** All of it, as soon as it can be read: this node may have to find Redis again. */
async function historyOf({ broker }: Engine, key: ChannelKey): Promise<HistoryPage> {
  for (;;) {
    const page = await broker.history(key, { limit: -1, metaTtlMs: 600_000 }).catch((error: unknown) => {
      if (error instanceof HubError && error.temporary) return undefined;
      throw error;
    });
    if (page) return page;
    await pause(TURN_MS);
  }
}

/** What holds whatever happens to Redis. */
export function assertContinuity(found: Account): void {
  const { lostUntold, duplicated, reordered, refusedButThere, unnoticed } = found;
  assert.deepEqual(
    { lostUntold, duplicated, reordered, refusedButThere, unnoticed },
    { lostUntold: 0, duplicated: 0, reordered: 0, refusedButThere: 0, unnoticed: 0 },
    JSON.stringify(found),
  );
}
