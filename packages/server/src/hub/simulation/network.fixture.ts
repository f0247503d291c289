import type { Ids } from "../../kit/ids.ts";
import type { Broker, Engine, EngineEvents } from "../index.ts";
import type { ChannelKey } from "../values/channel.ts";
import { Storage } from "./storage.fixture.ts";

const shards = [0, 1] as const;
type Shard = (typeof shards)[number];
const shardOf = (key: ChannelKey): Shard => (key.charCodeAt(key.length - 1) % 2 === 0 ? 0 : 1);

/** The way of one shard's events to one node. */
interface Link {
  /** "silent": looks well, and brings nothing. */
  state: "up" | "silent" | "down";
  /** What the storage sends to this node. */
  readonly subscribed: Set<ChannelKey>;
  /** On the way, in the order in which it was sent. */
  readonly events: (() => void)[];
}

const createLink = (): Link => ({ state: "up", subscribed: new Set(), events: [] });

/** What a node's engine holds of the network. */
class Attachment {
  readonly links = [createLink(), createLink()] as const;
  readonly wanted = new Set<ChannelKey>();
  /** Absent before the node started and after it crashed. */
  events: EngineEvents | undefined;
  crashed = false;

  of(key: ChannelKey): Link {
    return this.links[shardOf(key)];
  }

  subscribe(key: ChannelKey): void {
    const link = this.of(key);
    if (link.state === "up") link.subscribed.add(key);
  }

  /** Where it is not told, the node goes on as if nothing had happened on its silent links. */
  mend(told: boolean): void {
    const broken = shards.filter((shard) => this.links[shard].state !== "up");
    const known = broken.filter((shard) => told || this.links[shard].state === "down");
    for (const shard of broken) this.links[shard].state = "up";
    for (const key of this.wanted) this.subscribe(key);
    if (known.length === shards.length) this.events?.interrupted();
    else if (known.length > 0) this.events?.interrupted((key) => known.includes(shardOf(key)));
  }
}

/** Storage and the network between it and the nodes. The simulation decides what arrives, when, and what does not. */
export class Network {
  readonly storage: Storage;
  readonly #ids: Ids;
  readonly #attachments = new Set<Attachment>();
  /** Requests and answers on the way. */
  readonly #calls: (() => void)[] = [];

  constructor(ids: Ids) {
    this.#ids = ids;
    this.storage = new Storage(ids);
  }

  get isQuiet(): boolean {
    return this.#calls.length === 0 && this.#busyLinks().length === 0;
  }

  #busyLinks(): Link[] {
    return this.#links().filter(({ events }) => events.length > 0);
  }

  #links(): Link[] {
    return [...this.#attachments].flatMap(({ links }) => links);
  }

  #below(count: number): number {
    return Math.floor(this.#ids.fraction() * count);
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.#below(list.length)];
  }

  // What the simulation does

  /** A request reaches the storage, or an answer its node. Mostly the oldest one, sometimes one overtakes. */
  answer(): void {
    const index = this.#ids.fraction() < 0.7 ? 0 : this.#below(this.#calls.length);
    this.#calls.splice(index, 1)[0]?.();
  }

  /** The next event of some link arrives. */
  event(): void {
    this.#pick(this.#busyLinks())?.events.shift()?.();
  }

  /** An event does not arrive, and nobody is told. */
  loseEvent(): void {
    this.#pick(this.#busyLinks())?.events.shift();
  }

  /** Every request is carried out and answered, and no event of it arrives. */
  async loseAllEvents(settle: () => Promise<void>): Promise<void> {
    while (this.#calls.length > 0) {
      this.answer();
      await settle();
    }
    for (const { events } of this.#links()) events.length = 0;
  }

  breakLink(state: "silent" | "down"): void {
    const link = this.#pick(this.#links());
    if (link) this.#break(link, state);
  }

  breakAll(): void {
    for (const link of this.#links()) this.#break(link, "down");
  }

  #break(link: Link, state: "silent" | "down"): void {
    link.state = state;
    link.subscribed.clear();
    // What was sent before may still arrive.
    link.events.splice(this.#below(link.events.length + 1));
  }

  mendOne(): void {
    const broken = [...this.#attachments].filter(({ links }) => links.some(({ state }) => state !== "up"));
    this.#pick(broken)?.mend(true);
  }

  mendAll(told: boolean): void {
    for (const attachment of this.#attachments) attachment.mend(told);
  }

  /** Each node hears that it may have missed something, whether it has or not. */
  interruptAll(): void {
    for (const { events } of this.#attachments) events?.interrupted();
  }

  // What a node sees

  createEngine(base: Engine): { readonly engine: Engine; crash(): void } {
    const attachment = new Attachment();
    this.#attachments.add(attachment);
    const engine: Engine = {
      ...base,
      broker: this.#broker(attachment),
      presence: {
        add: async () => {},
        remove: async () => {},
        list: async () => [],
        stats: async () => ({ clients: 0, users: 0 }),
      },
      control: { send: async () => {} },
      start: async (_node, events) => {
        attachment.events = events;
      },
      stop: async () => {},
      health: async () => {},
    };
    const crash = (): void => {
      attachment.crashed = true;
      attachment.events = undefined;
      this.#attachments.delete(attachment);
    };
    return { engine, crash };
  }

  #broker(attachment: Attachment): Broker {
    const { storage } = this;
    const { wanted } = attachment;
    const call = <T>(key: ChannelKey, work: () => T): Promise<T> => this.#call(attachment, [key], work);
    return {
      subscribe: (key) => {
        wanted.add(key);
        return call(key, () => attachment.subscribe(key));
      },
      unsubscribe: (key) => {
        wanted.delete(key);
        return call(key, () => void attachment.of(key).subscribed.delete(key));
      },
      publish: (key, publication, options) =>
        call(key, () => {
          const { sent, result } = storage.publish(key, publication, options);
          this.#send(key, (events) => events.publication(key, sent, result.position.epoch));
          return result;
        }),
      join: async () => {},
      leave: async () => {},
      history: (key, query) => call(key, () => storage.history(key, query)),
      tops: (keys) => this.#call(attachment, keys, () => keys.map((key) => storage.top(key))),
      removeHistory: (key) => call(key, () => storage.evict(key, "publications")),
    };
  }

  /** The request travels, is carried out, and the answer travels; each may fail where a link is down. */
  #call<T>(attachment: Attachment, keys: readonly ChannelKey[], work: () => T): Promise<T> {
    const isDown = (): boolean => keys.some((key) => attachment.of(key).state === "down");
    return new Promise((resolve, reject) => {
      this.#calls.push(() => {
        if (isDown()) return reject(new Error("unavailable: nothing was done"));
        const result = work();
        this.#calls.push(() => {
          if (attachment.crashed) return;
          if (isDown()) reject(new Error("unknown: no answer came"));
          else resolve(result);
        });
      });
    });
  }

  #send(key: ChannelKey, tell: (events: EngineEvents) => void): void {
    for (const attachment of this.#attachments) {
      const link = attachment.of(key);
      if (!link.subscribed.has(key)) continue;
      link.events.push(() => {
        if (attachment.events) tell(attachment.events);
      });
    }
  }
}
