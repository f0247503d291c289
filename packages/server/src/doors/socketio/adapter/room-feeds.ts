import { type Caller, type Following, follow, type Hub, type Position, type Publication } from "../../../hub/index.ts";

export interface RoomFeedsOptions {
  readonly hub: Hub;
  readonly publication: (channel: string, publication: Publication, epoch: string) => void;
  readonly lost: (channel: string) => void;
}

interface Feed {
  following: Following | undefined;
  /** Whether there are still sockets for what comes. */
  wanted: boolean;
  /** What must happen before the next publication into it may leave from here; `undefined` when nothing. */
  pending: Promise<void> | undefined;
}

/** The channels that one adapter reads, each while there are sockets for it on this node. */
export class RoomFeeds {
  readonly #options: RoomFeedsOptions;
  readonly #feeds = new Map<string, Feed>();

  constructor(options: RoomFeedsOptions) {
    this.#options = options;
  }

  /** Resolves when every later publication will arrive; `undefined` when that is so already. Never rejects. */
  enter(channel: string, caller: Caller): Promise<void> | undefined {
    const known = this.#feeds.get(channel);
    if (known) {
      known.wanted = true;
      return known.pending;
    }
    const feed: Feed = { following: undefined, wanted: true, pending: undefined };
    this.#feeds.set(channel, feed);
    return this.#after(feed, () => this.#follow(channel, feed, caller), Promise.resolve());
  }

  async #follow(channel: string, feed: Feed, caller: Caller): Promise<void> {
    const { hub, publication, lost } = this.#options;
    try {
      feed.following = await follow(hub, caller, {
        channel,
        publication: (each, epoch) => publication(channel, each, epoch),
        lost: () => lost(channel),
      });
    } catch (error) {
      hub.log.error("a Socket.IO room is cut off: its channel cannot be read", { channel, error });
      this.#feeds.delete(channel);
    }
    if (!feed.wanted) this.#end(channel, feed);
  }

  position(channel: string): Position | undefined {
    return this.#feeds.get(channel)?.following?.position();
  }

  leave(channel: string): void {
    const feed = this.#feeds.get(channel);
    if (!feed) return;
    feed.wanted = false;
    if (feed.following) this.#end(channel, feed);
  }

  #end(channel: string, feed: Feed): void {
    feed.following?.end();
    if (this.#feeds.get(channel) === feed) this.#feeds.delete(channel);
  }

  /**
   * Runs `send` when what is published by it will come back here: who has just joined a room gets what this node sends
   * there next. Calls for one channel run in call order.
   */
  whenReady(channel: string, send: () => Promise<unknown>): Promise<unknown> {
    const feed = this.#feeds.get(channel);
    return feed?.pending ? this.#after(feed, send, feed.pending) : send();
  }

  /** Rejects as `step` does; what comes after it does not care. */
  #after(feed: Feed, step: () => Promise<unknown>, before: Promise<void>): Promise<void> {
    const done = before.then(step).then(() => {});
    const pending: Promise<void> = done
      .catch(() => {})
      .then(() => {
        if (feed.pending === pending) feed.pending = undefined;
      });
    feed.pending = pending;
    return done;
  }

  close(): void {
    for (const channel of [...this.#feeds.keys()]) this.leave(channel);
  }
}
