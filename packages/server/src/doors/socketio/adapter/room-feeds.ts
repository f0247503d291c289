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
  /** Resolves when the channel is followed. Never rejects. */
  ready: Promise<void>;
  /** What may leave from here only after that; `undefined` when it is so. */
  waiting: (() => void)[] | undefined;
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
      return known.waiting && known.ready;
    }
    const feed: Feed = { following: undefined, wanted: true, ready: Promise.resolve(), waiting: [] };
    this.#feeds.set(channel, feed);
    feed.ready = this.#follow(channel, feed, caller);
    return feed.ready;
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
    const { waiting = [] } = feed;
    feed.waiting = undefined;
    for (const send of waiting) send();
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
   * there next. Calls for one channel run in call order, and none waits for the end of another.
   */
  whenReady(channel: string, send: () => Promise<unknown>): Promise<unknown> {
    const { waiting } = this.#feeds.get(channel) ?? {};
    if (!waiting) return send();
    return new Promise((resolve, reject) => {
      waiting.push(() => void send().then(resolve, reject));
    });
  }

  close(): void {
    for (const channel of [...this.#feeds.keys()]) this.leave(channel);
  }
}
