import { setTimeout as passing } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Centrifuge, Subscription, SubscriptionOptions } from "centrifuge";
import type { Subject } from "../subject/subject.ts";
import { everyWayInBytes, readPayload } from "./byte-ways.ts";
import { createCable } from "./cable.ts";
import { type Draft, publishEach, upTo } from "./publish-many.ts";
import { unique } from "./stage.ts";

/** What the clients of a storm ask for, and what they must get then. */
export interface Weather {
  readonly name: string;
  readonly namespace: string;
  /** Of the client with this number. */
  readonly options: (index: number) => Partial<SubscriptionOptions>;
  readonly draft: (n: number) => Draft;
  readonly wanted: (n: number, index: number) => boolean;
}

export interface StormPlan {
  readonly clients: number;
  /** The storm ends when so many subscriptions have come back with what they missed. */
  readonly recoveries: number;
  readonly weather: Weather;
  /** Told about once a second. */
  readonly progress?: (line: string) => void;
}

export interface StormReport {
  readonly clients: number;
  readonly cuts: number;
  readonly recoveries: number;
  /** Of these, so many had missed something. */
  readonly missing: number;
  /** Subscriptions that came back and were told that something is missing. */
  readonly unrecovered: number;
  readonly published: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly reordered: number;
  /** Arrived with other content than was published. */
  readonly changed: number;
  readonly seconds: number;
}

const CLIENTS_PER_CHANNEL = 50;
const ROUND_MS = 80;
/** Of the connections, in each round, and how many at most: a machine that has all ends of them takes no more. */
const CUT_SHARE = 0.15;
const CUT_LIMIT = 80;
/** Deliveries in each round at most, about. */
const DELIVERY_LIMIT = 400;
/** While more than this share is away, the storm holds its breath: cutting faster than anybody returns proves nothing. */
const AWAY_SHARE = 0.25;
/** How long the last publications may take to reach everybody. */
const SETTLE_MS = 60_000;
const JOIN_AT_ONCE = 50;
const SOON = { minReconnectDelay: 20, maxReconnectDelay: 300, timeout: 15_000 };

interface Channel {
  readonly name: string;
  published: number;
}

interface Sufferer {
  readonly index: number;
  readonly client: Centrifuge;
  readonly subscription: Subscription;
  readonly channel: Channel;
  readonly numbers: number[];
  changed: number;
  recoveries: number;
  missing: number;
  unrecovered: number;
}

/** Clients over all transports, cut at random while publications go out; afterwards every one of them is accounted for. */
export async function storm(subject: Subject, plan: StormPlan): Promise<StormReport> {
  const { clients, recoveries, weather, progress = () => {} } = plan;
  const started = performance.now();
  const cable = await createCable(subject);
  const channels = upTo(Math.ceil(clients / CLIENTS_PER_CHANNEL)).map(
    (): Channel => ({ name: unique(`${weather.namespace}:storm`), published: 0 }),
  );
  const crowd: Sufferer[] = [];
  try {
    for (let first = 0; first < clients; first += JOIN_AT_ONCE) {
      const some = upTo(Math.min(JOIN_AT_ONCE, clients - first)).map((n) => first + n - 1);
      crowd.push(...(await Promise.all(some.map((index) => join(index)))));
      progress(`${crowd.length} clients have joined`);
    }
    const cuts = await rage();
    progress("the storm is over; waiting for the last publications");
    const settled = await settle(subject, weather, { channels, crowd });
    return { clients, cuts, seconds: (performance.now() - started) / 1000, ...count(crowd, weather), ...settled };
  } finally {
    for (const { client } of crowd) client.disconnect();
    await cable.close();
  }

  async function join(index: number): Promise<Sufferer> {
    const way = everyWayInBytes[index % everyWayInBytes.length];
    const channel = channels[index % channels.length];
    if (!way || !channel) throw new Error("a client without a way or a channel");
    const token = await subject.token({ sub: `user-${index}` });
    const client = way.client(cable.websocketUrl, { ...SOON, token });
    const subscription = client.newSubscription(channel.name, weather.options(index));
    const counts = { changed: 0, recoveries: 0, missing: 0, unrecovered: 0 };
    const sufferer: Sufferer = { index, client, subscription, channel, numbers: [], ...counts };
    subscription.on("publication", ({ data }) => {
      const read = readPayload(data) as { readonly n: number };
      sufferer.numbers.push(read.n);
      if (!isDeepStrictEqual(read, weather.draft(read.n).data)) sufferer.changed++;
    });
    subscription.on("subscribed", ({ wasRecovering, recovered, hasRecoveredPublications }) => {
      if (wasRecovering) sufferer[recovered ? "recoveries" : "unrecovered"]++;
      if (hasRecoveredPublications) sufferer.missing++;
    });
    subscription.subscribe();
    client.connect();
    await subscription.ready();
    return sufferer;
  }

  /** Publishes and cuts, round for round, until there were enough recoveries. */
  async function rage(): Promise<number> {
    let cuts = 0;
    let told = performance.now();
    for (let done = 0; done < recoveries; done = crowd.reduce((sum, each) => sum + each.recoveries, 0)) {
      // At most as many as are missing, so that the last round is not the largest.
      const share = Math.min(CUT_SHARE, Math.min(CUT_LIMIT, recoveries - done + 1) / Math.max(1, cable.size));
      await Promise.all([publishRound(), passing(Math.random() * ROUND_MS).then(() => cutSome(share))]);
      if (performance.now() - told < 1_000) continue;
      told = performance.now();
      progress(`${done} recoveries after ${cuts} cuts, ${channels[0]?.published} publications in each channel`);
    }
    return cuts;

    function cutSome(share: number): void {
      const away = crowd.filter(({ subscription }) => subscription.state !== "subscribed").length;
      if (away < clients * AWAY_SHARE) cable.cut(() => Math.random() < share && ++cuts > 0);
    }
  }

  /** One publication in each channel, or in some of them, each at its own moment of the round. */
  async function publishRound(): Promise<void> {
    const publish = async (channel: Channel): Promise<void> => {
      await passing(Math.random() * ROUND_MS);
      await publishEach(subject, channel.name, [weather.draft(++channel.published)]);
    };
    const share = DELIVERY_LIMIT / clients;
    await Promise.all(channels.filter(() => Math.random() < share).map(publish));
  }
}

/** One more publication for all, of which everybody must hear: what is missing before it is lost. */
async function settle(
  subject: Subject,
  weather: Weather,
  { channels, crowd }: { readonly channels: readonly Channel[]; readonly crowd: readonly Sufferer[] },
): Promise<{ published: number }> {
  for (const channel of channels) {
    do await publishEach(subject, channel.name, [weather.draft(++channel.published)]);
    while (crowd.some((each) => each.channel === channel && !weather.wanted(channel.published, each.index)));
  }
  const until = performance.now() + SETTLE_MS;
  const isWaiting = ({ numbers, channel }: Sufferer): boolean => numbers.at(-1) !== channel.published;
  while (crowd.some(isWaiting) && performance.now() < until) await passing(50);
  return { published: channels.reduce((sum, { published }) => sum + published, 0) };
}

type Counts = Omit<StormReport, "clients" | "cuts" | "published" | "seconds">;

function count(crowd: readonly Sufferer[], { wanted }: Weather): Counts {
  const counts = {
    recoveries: 0,
    missing: 0,
    unrecovered: 0,
    delivered: 0,
    lost: 0,
    repeated: 0,
    reordered: 0,
    changed: 0,
  };
  for (const { index, numbers, channel, changed, recoveries, missing, unrecovered } of crowd) {
    const distinct = new Set(numbers);
    counts.recoveries += recoveries;
    counts.missing += missing;
    counts.unrecovered += unrecovered;
    counts.delivered += numbers.length;
    counts.lost += upTo(channel.published).filter((n) => wanted(n, index) && !distinct.has(n)).length;
    counts.repeated += numbers.length - distinct.size;
    counts.reordered += numbers.filter((n, i) => n < (numbers[i - 1] ?? 0)).length;
    // What a filter should have kept back is not what was asked for either.
    counts.changed += changed + numbers.filter((n) => !wanted(n, index)).length;
  }
  return counts;
}

const goals = { key: "kind", cmp: "eq", val: "goal" } as const;
const kindOf = (n: number): string => (n % 2 ? "foul" : "goal");

/** Most of it stays, and letters change that share bytes with those before them. */
const changing = (n: number): Draft["data"] => ({
  n,
  text: "São Paulo — 東京 🛰️ ".repeat(5),
  letters: String.fromCodePoint(0xe0 + (n % 32), 0x6771 + (n % 97)),
  square: n * n,
});

export const weathers: readonly Weather[] = [
  { name: "plain", namespace: "stream", options: () => ({}), draft: (n) => ({ data: { n } }), wanted: () => true },
  {
    name: "with deltas",
    namespace: "delta",
    options: () => ({ delta: "fossil" }),
    draft: (n) => ({ data: changing(n) }),
    wanted: () => true,
  },
  {
    name: "with filters",
    namespace: "tagged",
    options: () => ({ tagsFilter: goals }),
    draft: (n) => ({ data: { n }, tags: { kind: kindOf(n) } }),
    wanted: (n) => kindOf(n) === "goal",
  },
  {
    name: "with deltas, filters and plain clients in the same batches",
    namespace: "everything",
    options: (index) => (index % 3 === 0 ? { delta: "fossil" } : index % 3 === 1 ? { tagsFilter: goals } : {}),
    draft: (n) => ({ data: changing(n), tags: { kind: kindOf(n) } }),
    wanted: (n, index) => index % 3 !== 1 || kindOf(n) === "goal",
  },
];
