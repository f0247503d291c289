import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Wheel } from "../kit/wheel.ts";
import { isNeeded, type LiveChannel } from "./fanout.ts";
import type { Broker } from "./ports/engine.ts";
import type { ChannelKey } from "./values/channel.ts";

export interface FeedsOptions {
  readonly live: Map<ChannelKey, LiveChannel>;
  readonly broker: Broker;
  readonly wheel: Wheel;
  readonly clock: Clock;
  readonly log: Log;
}

/** An idle channel stays subscribed at the broker this long, so that coming and going does not flap. */
const GRACE_MS = 1_000;

/** The broker's subscriptions: one for each channel that somebody reads on this node. */
export class Feeds {
  readonly #options: FeedsOptions;

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  /** Brings the broker's subscription in line with whether there are readers; steps of one channel never overlap. */
  settle(live: LiveChannel): Promise<void> {
    const { key } = live.channel;
    const { broker } = this.#options;
    const step = async (): Promise<void> => {
      const wanted = isNeeded(live);
      if (wanted === live.attached) {
        if (!wanted) this.#forget(live);
        return;
      }
      if (wanted) {
        await broker.subscribe(key);
        live.attached = true;
        if (!isNeeded(live)) this.endSoon(live);
        return;
      }
      live.attached = false;
      try {
        await broker.unsubscribe(key);
      } finally {
        // Events may still have come in the meantime; what comes from here on is unknown.
        live.position = undefined;
        if (live.batch) this.#options.wheel.clear(live.batch);
        live.batch = undefined;
        live.ended = undefined;
        live.broken = false;
        if (!isNeeded(live)) this.#forget(live);
      }
    };
    live.feed = live.feed.then(step, step);
    return live.feed;
  }

  /** By now another may live under the key: a late step of this one must not take that out. */
  #forget(live: LiveChannel): void {
    this.#options.wheel.clear(live);
    const { key } = live.channel;
    if (this.#options.live.get(key) === live) this.#options.live.delete(key);
  }

  /** The last reader has left. */
  endSoon(live: LiveChannel): void {
    this.#options.wheel.set(live, this.#options.clock.now() + GRACE_MS);
  }

  /** Its time of grace is over. */
  endIdle(live: LiveChannel): void {
    if (isNeeded(live)) return;
    this.settle(live).catch((error: unknown) => this.#options.log.warn("leaving a channel failed", { error }));
  }
}
