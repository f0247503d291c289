import type { Ledger, Published } from "./ledger.ts";
import { type Course, courseOf, type Stretch } from "./stretches.ts";

export interface Account {
  readonly published: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  readonly delivered: number;
  /** Subscriptions that came back with everything, and how many publications came with them. */
  readonly returns: number;
  readonly recovered: number;
  /** Subscriptions that came back and were told that something may be missing. */
  readonly told: number;
  /** Acknowledged publications that a subscriber did not get and was told about, summed over subscribers. */
  readonly missed: number;
  /** Acknowledged publications that history does not have any more. */
  readonly lost: number;
  /** Publications that a subscriber in unbroken continuity did not get, summed over subscribers. */
  readonly untold: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Publications that failed, and yet were delivered or kept. */
  readonly denied: number;
  /** Subscribers that were sent away for good. */
  readonly ended: number;
  /** Of the channels, the longest time between two acknowledgements. */
  readonly unavailableMs: number;
  /** Some of the faults, in words. */
  readonly faults: readonly string[];
}

const TOLD_FAULTS = 20;

/** Compares what was published with what every single subscriber heard. */
export function account({ published, subscribers, kept }: Ledger): Account {
  const faults: string[] = [];
  const tell = (fault: string): void => void (faults.length < TOLD_FAULTS && faults.push(fault));
  const byId = new Map(published.map((each) => [each.id, each]));
  const acknowledged = published.filter(({ outcome }) => outcome === "acknowledged");
  const ofChannel = Map.groupBy(acknowledged, ({ channel }) => channel);
  const counts = { delivered: 0, returns: 0, recovered: 0, told: 0, missed: 0, untold: 0, ended: 0 };
  const faulty = { duplicated: 0, reordered: 0 };
  const seenIds = new Set<string>();

  for (const subscriber of subscribers) {
    const course = courseOf(subscriber);
    const say = (fault: string): void => tell(`${subscriber.name} in ${subscriber.channel}: ${fault}`);
    for (const { seen } of course.stretches) {
      counts.delivered += seen.length;
      for (const { id } of seen) seenIds.add(id);
    }
    counts.returns += course.returns;
    counts.recovered += course.recovered;
    counts.told += course.told;
    counts.ended += course.ended.length;
    for (const code of course.ended) say(`sent away for good with ${code}`);
    const { duplicated, reordered } = judgeOrder(course, byId, say);
    faulty.duplicated += duplicated;
    faulty.reordered += reordered;
    const { missed, untold } = judgeLoss(course, { due: ofChannel.get(subscriber.channel) ?? [], byId, say });
    counts.missed += missed;
    counts.untold += untold;
  }

  const failed = published.filter(({ outcome }) => outcome === "failed");
  const isKept = ({ channel, id }: Published): boolean => kept.get(channel)?.has(id) ?? false;
  const denied = failed.filter((each) => seenIds.has(each.id) || isKept(each));
  for (const { id } of denied) tell(`${id} failed, and yet it was delivered or kept`);
  const lost = acknowledged.filter((each) => kept.has(each.channel) && !isKept(each));
  return {
    published: published.length,
    acknowledged: acknowledged.length,
    failed: failed.length,
    unknown: published.length - acknowledged.length - failed.length,
    ...counts,
    ...faulty,
    lost: lost.length,
    denied: denied.length,
    unavailableMs: Math.max(0, ...[...ofChannel.values()].map(longestGap)),
    faults,
  };
}

type Say = (fault: string) => void;

/** Within a stretch offsets only rise, nothing comes twice, and nothing overtakes what was acknowledged before it was sent. */
function judgeOrder(
  { stretches }: Course,
  byId: ReadonlyMap<string, Published>,
  say: Say,
): { duplicated: number; reordered: number } {
  let duplicated = 0;
  let reordered = 0;
  const earlier = new Set<string>();
  for (const { start, seen } of stretches) {
    const inStretch = new Set<string>();
    let top = start.offset;
    let latestSentAt = Number.NEGATIVE_INFINITY;
    for (const { id, offset } of seen) {
      const { attempts = 0, endedAt = 0, sentAt = 0, outcome } = byId.get(id) ?? {};
      // Told of a loss, a subscriber may get again what its publisher sent again.
      if (inStretch.has(id) || (earlier.has(id) && attempts === 1)) {
        duplicated++;
        say(`${id} came twice, now with offset ${offset}`);
      } else if (offset <= top || (outcome === "acknowledged" && endedAt < latestSentAt)) {
        reordered++;
        say(`${id} came with offset ${offset} after ${top}`);
      }
      inStretch.add(id);
      top = Math.max(top, offset);
      latestSentAt = Math.max(latestSentAt, sentAt);
    }
    for (const id of inStretch) earlier.add(id);
  }
  return { duplicated, reordered };
}

interface Due {
  /** What was acknowledged in its channel. */
  readonly due: readonly Published[];
  readonly byId: ReadonlyMap<string, Published>;
  readonly say: Say;
}

/**
 * Whatever was acknowledged must have been seen, or lie in a break: after all that was seen before the break, and before
 * the subscriber was told its new position. Besides, a stretch has no holes, whoever published what is missing.
 */
function judgeLoss({ stretches }: Course, { due, byId, say }: Due): { missed: number; untold: number } {
  const seen = new Set(stretches.flatMap((stretch) => stretch.seen.map(({ id }) => id)));
  const frontiers = stretches.map((stretch) => frontierOf(stretch, byId));
  let missed = 0;
  let untold = 0;
  const blamed = new Set<string>();
  for (const publication of due) {
    if (seen.has(publication.id)) continue;
    const at = breakOf(publication, stretches, frontiers);
    if (at === undefined) {
      untold++;
      const { epoch, offset } = publication.position ?? {};
      blamed.add(`${epoch} ${offset}`);
      say(`${publication.id} at ${epoch}:${offset} never came, and nothing was said`);
    } else if (at > 0) missed++;
  }
  for (const { start, seen: publications } of stretches) {
    let top = start.offset;
    for (const { offset } of publications) {
      for (let hole = top + 1; hole < offset; hole++) {
        if (blamed.has(`${start.epoch} ${hole}`)) continue;
        untold++;
        say(`offset ${hole} of ${start.epoch} was left out`);
      }
      top = Math.max(top, offset);
    }
  }
  return { missed, untold };
}

/** How far a stretch reaches: whatever stands or was acknowledged before this belongs into it or before it. */
interface Frontier {
  readonly epoch: string;
  readonly offset: number;
  readonly at: number;
}

function frontierOf({ start, askedAt, seen }: Stretch, byId: ReadonlyMap<string, Published>): Frontier {
  const sent = seen.map(({ id }) => byId.get(id)?.sentAt ?? Number.NEGATIVE_INFINITY);
  return {
    epoch: start.epoch,
    offset: seen.reduce((top, { offset }) => Math.max(top, offset), start.offset),
    at: sent.reduce((latest, each) => Math.max(latest, each), askedAt),
  };
}

/** The break that covers a publication which was not seen: 0 is the time before the first subscription. */
function breakOf(
  { position, endedAt, sentAt }: Published,
  stretches: readonly Stretch[],
  frontiers: readonly Frontier[],
): number | undefined {
  // Before which stretch's frontier it lies first: only the break before that stretch can cover it.
  const within = frontiers.findIndex(
    ({ epoch, offset, at }) => endedAt < at || (position?.epoch === epoch && position.offset <= offset),
  );
  const last = within < 0 ? stretches.length - 1 : within;
  for (let at = 0; at <= last; at++) {
    const next = stretches[at];
    if (next && sentAt <= next.toldAt) return at;
  }
  return undefined;
}

function longestGap(acknowledged: readonly Published[]): number {
  const times = acknowledged.map(({ endedAt }) => endedAt).sort((a, b) => a - b);
  return times.reduce((longest, time, i) => Math.max(longest, time - (times[i - 1] ?? time)), 0);
}
