import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { type Deadline, WHEEL_TICK_MS, type Wheel } from "../kit/wheel.ts";
import { type LiveChannel, receivedPosition } from "./fanout.ts";
import type { Broker } from "./ports/engine.ts";
import type { ChannelKey } from "./values/channel.ts";
import type { Position } from "./values/publication.ts";

export interface PositionsOptions {
  readonly broker: Broker;
  readonly wheel: Wheel;
  readonly clock: Clock;
  readonly log: Log;
  /** How often each channel is compared in quiet times; 0: only when something is said to be wrong. */
  readonly checkMs: number;
  /** The stream went on without this node. */
  readonly behind: (live: LiveChannel) => void;
  /** What is there now is not the stream that this node followed. */
  readonly lost: (live: LiveChannel) => void;
}

/** Channels in one call. */
const BATCH = 512;
/** Calls under way at a time: an engine that is slow gets fewer, not more. */
const CALLS = 4;
/** Each takes its share of the channels, so that a round over all of them is no spike. */
const STEPS_PER_ROUND = 50;
const RETRY_MS = 1_000;

/** Whether a stream that ends at `top` is still the one that reached `before`: one that is shorter has lost its end. */
export const continues = (before: Position, top: Position): boolean =>
  top.epoch === before.epoch && top.offset >= before.offset;

interface Compared {
  readonly live: LiveChannel;
  /** Where this node stood when the engine was asked: no top may be behind it. */
  readonly before: Position;
}

/**
 * Does this node stand where the streams stand? Asks for the tops of many channels in one call: of all in turn, in quiet
 * times too, because a lost publication that none follows leaves no other trace; and at once of those about which
 * there is doubt.
 */
export class Positions implements Deadline {
  due = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;
  readonly #options: PositionsOptions;
  readonly #stepMs: number;
  /** When each was last compared: those first for which that was longest ago. */
  readonly #watched = new Map<LiveChannel, number>();
  /** How many channels may be compared before they must be, so that their turns spread; grows with time. */
  #credit = 0;
  #grownAt = 0;
  readonly #doubtful = new Set<LiveChannel>();
  #calls = 0;
  #failing = false;

  constructor(options: PositionsOptions) {
    this.#options = options;
    this.#stepMs = options.checkMs > 0 ? Math.max(WHEEL_TICK_MS, options.checkMs / STEPS_PER_ROUND) : RETRY_MS;
  }

  /** Somebody was promised to be told when something is missing here. */
  watch(live: LiveChannel): void {
    const now = this.#options.clock.now();
    if (this.#watched.size === 0) {
      this.#credit = 0;
      this.#grownAt = now;
      this.#options.wheel.set(this, now + this.#stepMs);
    }
    this.#watched.set(live, now);
  }

  unwatch(live: LiveChannel): void {
    this.#watched.delete(live);
    this.#doubtful.delete(live);
    if (this.#watched.size === 0) this.#options.wheel.clear(this);
  }

  /** Compares a channel as soon as it can be. */
  doubt(live: LiveChannel): void {
    this.doubtLater(live);
    this.#ask();
  }

  /** Compares a channel with the next step: the engine has just failed to answer about it. */
  doubtLater(live: LiveChannel): void {
    if (this.#watched.has(live)) this.#doubtful.add(live);
  }

  /** Compares all channels, or those that are affected, as soon as it can be. */
  doubtAll(affects: (key: ChannelKey) => boolean = () => true): void {
    for (const live of this.#watched.keys()) if (affects(live.channel.key)) this.#doubtful.add(live);
    this.#ask();
  }

  fire(now: number): void {
    const { checkMs, wheel } = this.#options;
    const { size } = this.#watched;
    if (checkMs > 0) this.#credit = Math.min(size, this.#credit + (size * (now - this.#grownAt)) / checkMs);
    this.#grownAt = now;
    wheel.set(this, now + this.#stepMs);
    this.#failing = false;
    this.#ask();
  }

  #ask(): void {
    while (this.#calls < CALLS && !this.#failing) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#calls++;
      void this.#compare(batch).finally(() => {
        this.#calls--;
        this.#ask();
      });
    }
  }

  /** Those about which there is doubt, then those whose turn it is. */
  #take(): Compared[] {
    const batch: Compared[] = [];
    const add = (live: LiveChannel): void => {
      const before = receivedPosition(live);
      // While a gap is filled the position moves; it is compared again behind that.
      if (live.waiting) live.unsure = true;
      else if (before) batch.push({ live, before });
    };
    for (const live of this.#doubtful) {
      if (batch.length === BATCH) return batch;
      this.#doubtful.delete(live);
      add(live);
    }
    const now = this.#options.clock.now();
    for (const [live, comparedAt] of this.#watched) {
      if (batch.length === BATCH || !this.#isTurnOf(comparedAt, now)) break;
      this.#credit = Math.max(0, this.#credit - 1);
      this.#watched.delete(live);
      this.#watched.set(live, now);
      add(live);
    }
    return batch;
  }

  #isTurnOf(comparedAt: number, now: number): boolean {
    const { checkMs } = this.#options;
    return checkMs > 0 && (this.#credit >= 1 || now - comparedAt >= checkMs);
  }

  async #compare(batch: readonly Compared[]): Promise<void> {
    const { broker, log } = this.#options;
    let tops: readonly (Position | undefined)[];
    try {
      await this.#prolong(batch);
      tops = await broker.tops(batch.map(({ live }) => live.channel.key));
    } catch (error) {
      if (!this.#failing) log.warn("positions could not be compared", { error });
      this.#failing = true;
      for (const { live } of batch) if (this.#watched.has(live)) this.#doubtful.add(live);
      return;
    }
    for (const [index, compared] of batch.entries()) {
      try {
        this.#judge(compared, tops[index]);
      } catch (error) {
        log.error("a channel that is not where its stream is could not be told so", { error });
      }
    }
  }

  /** A quiet stream would end under its subscribers: reading tops does not keep it. */
  async #prolong(batch: readonly Compared[]): Promise<void> {
    const now = this.#options.clock.now();
    const ending = batch.filter(({ live }) => live.prolongAt <= now);
    await Promise.all(
      ending.map(async ({ live }) => {
        const { key, namespace } = live.channel;
        const metaTtlMs = namespace.historyMetaTtlMs;
        await this.#options.broker.history(key, { limit: 0, metaTtlMs });
        live.prolongAt = now + metaTtlMs / 2;
      }),
    );
  }

  #judge({ live, before }: Compared, top: Position | undefined): void {
    const received = receivedPosition(live);
    if (!this.#watched.has(live) || received?.epoch !== before.epoch) return;
    if (live.waiting) {
      live.unsure = true;
      return;
    }
    if (!top || !continues(before, top)) this.#options.lost(live);
    else if (top.offset > received.offset) this.#options.behind(live);
  }
}
