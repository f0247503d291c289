import type { Clock } from "../../../kit/clock.ts";
import { NotSent } from "../link.ts";
import type { Line } from "./line.ts";

export interface FeedOptions {
  /** For people, without credentials. */
  readonly name: string;
  readonly clock: Clock;
  /** Commands that wait for their answers at a time; 8 unless told. */
  readonly openBatches?: number;
}

export interface FeedEvents {
  /** On another line than before, when every channel is subscribed again: what was sent in between did not arrive. */
  interrupted(): void;
  /** The line leads to a Redis that these channels do not belong to, or not yet. It is asked again and again. */
  misplaced?(): void;
}

/** One command takes this many channels. */
const BATCH = 512;
/** How long a subscription may take, reconnects included. */
const PATIENCE_MS = 5_000;
const MOST_WAITING = 250_000;
const SWEEP_MS = 500;

interface Waiter {
  resolve(): void;
  reject(reason: Error): void;
}

interface Wish {
  wanted: boolean;
  /** What Redis has confirmed, on this connection. */
  held: boolean;
  /** A command about it has no answer yet. */
  asked: boolean;
  readonly waiters: Waiter[];
  /** Since when somebody waits. */
  since: number;
}

/** What a Redis of a Cluster says about channels that it does not serve, or not now. */
const MISPLACED = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/;

/**
 * A set of channels, kept subscribed over the line that is there. Each channel has at most one open command, so that the
 * last call wins however calls race.
 */
export class Feed {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #mostOpen: number;
  readonly #events: FeedEvents;
  readonly #wishes = new Map<string, Wish>();
  /** Channels whose wish and state differ, and that no command is open for. */
  readonly #due = new Set<string>();
  /** Those that somebody waits for, longest first. */
  readonly #awaited = new Set<string>();
  /** Leads to Redis; absent while nothing does. */
  #line: Line | undefined;
  /** Channels that were subscribed before the line was lost, and are not yet again. */
  #restoring: Set<string> | undefined;
  #openBatches = 0;
  /** Nothing is asked before the next sweep. */
  #resting = false;
  /** Counts lines: an answer to an earlier one says nothing. */
  #life = 0;
  #scheduled = false;
  #endSweep = (): void => {};

  constructor({ name, clock, openBatches = 8 }: FeedOptions, events: FeedEvents) {
    this.#clock = clock;
    this.#name = name;
    this.#mostOpen = openBatches;
    this.#events = events;
    this.#endSweep = clock.every(SWEEP_MS, () => this.#sweep());
  }

  get line(): Line | undefined {
    return this.#line;
  }

  /** From here on channels are subscribed over this line, which is up, and over no other. */
  connect(line: Line): void {
    if (this.#line) this.disconnect();
    this.#line = line;
    this.#resting = false;
    this.#work();
    if (this.#restoring?.size === 0) this.#restored("");
  }

  /** The line went down, or leads elsewhere. */
  disconnect(): void {
    this.#line = undefined;
    this.#life++;
    this.#openBatches = 0;
    this.#restoring = new Set();
    for (const [channel, wish] of this.#wishes) {
      wish.held = false;
      wish.asked = false;
      if (!wish.wanted) {
        this.#settle(channel, wish);
        continue;
      }
      this.#due.add(channel);
      this.#restoring.add(channel);
    }
  }

  close(): void {
    this.#line = undefined;
    this.#life++;
    this.#endSweep();
    const reason = new NotSent(`the connection to Redis at ${this.#name} was closed`);
    for (const wish of this.#wishes.values()) for (const waiter of wish.waiters) waiter.reject(reason);
    this.#wishes.clear();
    this.#due.clear();
    this.#awaited.clear();
  }

  subscribe(channel: string): Promise<void> {
    return this.#want(channel, true);
  }

  unsubscribe(channel: string): Promise<void> {
    return this.#want(channel, false);
  }

  #want(channel: string, wanted: boolean): Promise<void> {
    let wish = this.#wishes.get(channel);
    if (!wish) {
      if (!wanted) return Promise.resolve();
      wish = { wanted, held: false, asked: false, waiters: [], since: 0 };
      this.#wishes.set(channel, wish);
    }
    wish.wanted = wanted;
    if (!wanted) this.#restored(channel);
    if (wish.held === wanted && !wish.asked) {
      this.#settle(channel, wish);
      return Promise.resolve();
    }
    if (this.#awaited.size >= MOST_WAITING) {
      return Promise.reject(new NotSent(`${MOST_WAITING} subscriptions wait for Redis at ${this.#name}`));
    }
    if (!wish.asked) this.#plan(channel);
    if (!this.#awaited.has(channel)) {
      this.#awaited.add(channel);
      wish.since = this.#clock.monotonic();
    }
    const { waiters } = wish;
    return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
  }

  /** Wish and state agree. */
  #settle(channel: string, wish: Wish): void {
    this.#due.delete(channel);
    this.#awaited.delete(channel);
    if (!wish.wanted) this.#wishes.delete(channel);
    for (const waiter of wish.waiters.splice(0)) waiter.resolve();
  }

  #plan(channel: string): void {
    this.#due.add(channel);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.nextTurn(() => {
      this.#scheduled = false;
      this.#work();
    });
  }

  #work(): void {
    while (this.#line && !this.#resting && this.#due.size > 0 && this.#openBatches < this.#mostOpen) {
      const subscribing: string[] = [];
      const leaving: string[] = [];
      for (const channel of this.#due) {
        (this.#wishes.get(channel)?.wanted ? subscribing : leaving).push(channel);
        if (subscribing.length === BATCH || leaving.length === BATCH) break;
      }
      if (subscribing.length > 0) this.#ask(this.#line, subscribing, true);
      if (leaving.length > 0) this.#ask(this.#line, leaving, false);
    }
  }

  #ask(line: Line, channels: readonly string[], held: boolean): void {
    for (const channel of channels) {
      this.#due.delete(channel);
      const wish = this.#wishes.get(channel);
      if (wish) wish.asked = true;
    }
    const life = this.#life;
    this.#openBatches++;
    const answer = held ? line.subscribe(channels) : line.unsubscribe(channels);
    answer.then(
      () => {
        if (life === this.#life) this.#confirmed(channels, held);
      },
      (error: Error) => {
        if (life === this.#life) this.#refused(line, channels, error);
      },
    );
  }

  #confirmed(channels: readonly string[], held: boolean): void {
    this.#openBatches--;
    for (const channel of channels) {
      const wish = this.#wishes.get(channel);
      if (!wish) continue;
      wish.asked = false;
      wish.held = held;
      if (wish.wanted !== held) this.#due.add(channel);
      else this.#settle(channel, wish);
      if (held) this.#restored(channel);
    }
    this.#work();
  }

  #refused(line: Line, channels: readonly string[], error: Error): void {
    if (error.name !== "ReplyError") {
      line.renew(error);
      return;
    }
    this.#openBatches--;
    if (MISPLACED.test(error.message)) {
      this.#rest(channels);
      return;
    }
    for (const channel of channels) {
      const wish = this.#wishes.get(channel);
      if (wish) this.#giveUp(channel, wish, new Error(`Redis at ${this.#name}: ${error.message}`));
      this.#restored(channel);
    }
    this.#work();
  }

  /** A subscription that is to end has ended where the channel is not. */
  #rest(channels: readonly string[]): void {
    this.#resting = true;
    for (const channel of channels) {
      const wish = this.#wishes.get(channel);
      if (!wish) continue;
      wish.asked = false;
      wish.held = false;
      if (wish.wanted) this.#due.add(channel);
      else this.#settle(channel, wish);
    }
    this.#events.misplaced?.();
  }

  #giveUp(channel: string, wish: Wish, reason: Error): void {
    wish.wanted = false;
    wish.asked = false;
    for (const waiter of wish.waiters.splice(0)) waiter.reject(reason);
    this.#awaited.delete(channel);
    if (wish.held) this.#plan(channel);
    else {
      this.#due.delete(channel);
      this.#wishes.delete(channel);
    }
  }

  #restored(channel: string): void {
    this.#restoring?.delete(channel);
    if (!this.#line || this.#restoring?.size !== 0) return;
    this.#restoring = undefined;
    this.#events.interrupted();
  }

  #sweep(): void {
    this.#resting = false;
    this.#giveUpLate();
    this.#work();
  }

  #giveUpLate(): void {
    const oldest = this.#clock.monotonic() - PATIENCE_MS;
    for (const channel of this.#awaited) {
      const wish = this.#wishes.get(channel);
      if (!wish || wish.since > oldest) return;
      if (wish.asked) continue;
      this.#giveUp(channel, wish, new NotSent(`Redis at ${this.#name} is away`));
      this.#restored(channel);
    }
  }
}
