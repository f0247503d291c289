import type { RunningServer } from "../servers/target.ts";
import type { Dialect } from "./dialect.ts";
import { openSubscriber, type Subscriber } from "./subscriber.ts";
import { createToken } from "./token.ts";

/** Below the 28,000 ports that Linux hands out by default for one pair of addresses. */
const socketsPerAddress = 20_000;
const patienceMs = 5_000;

export interface CrowdOptions {
  readonly server: RunningServer;
  /** Subscribers take turns with them. */
  readonly dialects: readonly Dialect[];
  readonly channel: string;
  readonly size: number;
  /** How many connect at the same time. */
  readonly concurrency: number;
  readonly payloadBytes: number;
  onDeliveries?(before: number, count: number): void;
}

/** What arrived, held against what was published. */
export interface Tally {
  readonly deliveries: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** Many subscribers of one channel. */
export interface Crowd {
  readonly size: number;
  /** Publications that have arrived, over all subscribers. */
  readonly deliveries: number;
  /** Bytes that have arrived since the subscriptions, with all framing, over all subscribers. */
  readonly bytes: number;
  /** Resolves when that many have arrived, or when for five seconds none did: the tally then tells what is missing. */
  arrived(deliveries: number): Promise<void>;
  /** Compares every single subscriber with the number of publications sent to the channel. */
  tally(publications: number): Tally;
  close(): void;
}

/** Opens `size` subscribers, each a user of its own, and resolves when every one of them is subscribed. */
export async function openCrowd(options: CrowdOptions): Promise<Crowd> {
  const { server, dialects, channel, size, payloadBytes } = options;
  const users = Array.from({ length: size }, (_, i) => createUserToken(server, i));
  const subscribers: Subscriber[] = [];
  const broken: string[] = [];
  let deliveries = 0;
  let waiters: { readonly goal: number; resolve(): void }[] = [];
  let nearestGoal = Number.POSITIVE_INFINITY;

  const onDeliveries = (before: number, count: number) => {
    deliveries += count;
    options.onDeliveries?.(before, count);
    if (deliveries >= nearestGoal) dismissWaiters();
  };
  const dismissWaiters = () => {
    for (const waiter of waiters) if (waiter.goal <= deliveries) waiter.resolve();
    waiters = waiters.filter((waiter) => waiter.goal > deliveries);
    nearestGoal = Math.min(...waiters.map((waiter) => waiter.goal));
  };

  const openNext = async () => {
    for (let token = users.pop(); token !== undefined; token = users.pop()) {
      const host = addressOf(server.host, users.length);
      const dialect = dialects[users.length % dialects.length];
      if (!dialect) throw new Error("a crowd needs a dialect");
      const { port } = server;
      const onBroken = (why: string) => broken.push(why);
      const spacing = payloadBytes;
      subscribers.push(await openSubscriber({ host, port, dialect, token, channel, spacing, onDeliveries, onBroken }));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, openNext));

  return {
    size,
    get deliveries() {
      return deliveries;
    },
    get bytes() {
      return subscribers.reduce((sum, subscriber) => sum + subscriber.bytes, 0);
    },
    async arrived(goal) {
      if (deliveries >= goal) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiters.push({ goal, resolve });
      nearestGoal = Math.min(nearestGoal, goal);
      let before = deliveries;
      const watch = setInterval(() => {
        if (deliveries === before) resolve();
        before = deliveries;
      }, patienceMs);
      await promise;
      clearInterval(watch);
    },
    tally(publications) {
      if (broken.length > 0) throw new Error(`${broken.length} connections were ended by the server: ${broken[0]}`);
      let lost = 0;
      let duplicated = 0;
      for (const { received } of subscribers) {
        lost += Math.max(0, publications - received);
        duplicated += Math.max(0, received - publications);
      }
      return { deliveries, lost, duplicated };
    },
    close() {
      for (const subscriber of subscribers) subscriber.close();
    },
  };
}

function createUserToken(server: RunningServer, index: number): string {
  return server.hmacSecret ? createToken(server.hmacSecret, `user-${index}`) : "";
}

/** All of 127.0.0.0/8 leads to a server on this machine; each further address brings its own set of ports. */
function addressOf(host: string, index: number): string {
  return host === "127.0.0.1" ? `127.0.${Math.floor(index / socketsPerAddress)}.1` : host;
}
