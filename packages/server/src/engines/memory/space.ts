import type {
  ChannelKey,
  ClientInfo,
  ControlMessage,
  EngineEvents,
  HistoryPage,
  HistoryQuery,
  Position,
  Publication,
  PublishOptions,
  PublishResult,
} from "../../hub/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import { ChannelPresence } from "./channel-presence.ts";
import { Exchange, type Member } from "./exchange.ts";
import { ExpiringMap, type Perishable } from "./expiring-map.ts";
import { numbered, Stream } from "./stream.ts";

const EPOCH_LETTERS = 8;
const SWEEP_EVERY_MS = 1000;
/** Entries of each kind that one sweep looks at: about a millisecond. */
const SWEEP_LIMIT = 10_000;

const PUBLISHED: PublishResult = { suppressed: false };

class RememberedResult implements Perishable {
  readonly result: PublishResult;
  readonly #end: number;

  constructor(result: PublishResult, end: number) {
    this.result = { ...result, suppressed: true };
    this.#end = end;
  }

  expired(now: number): boolean {
    return now >= this.#end;
  }
}

/** What the engines of one process share: streams, presence, results and the way between the nodes. */
export class Space {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #exchange: Exchange;
  readonly #streams = new ExpiringMap<ChannelKey, Stream>();
  readonly #results = new ExpiringMap<string, RememberedResult>();
  readonly #presence = new ExpiringMap<ChannelKey, ChannelPresence>();
  #endSweep: (() => void) | undefined;

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
    this.#exchange = new Exchange((error) =>
      clock.nextTurn(() => {
        throw error;
      }),
    );
  }

  /** Entries kept, including those that have ended and are not yet swept. */
  get size(): number {
    return this.#streams.size + this.#results.size + this.#presence.size;
  }

  enter(node: string, events: EngineEvents): Member {
    const member = this.#exchange.enter(node, events);
    this.#endSweep ??= this.#clock.every(SWEEP_EVERY_MS, () => this.#sweep());
    return member;
  }

  leave(member: Member): void {
    this.#exchange.leave(member);
    if (this.#exchange.size > 0) return;
    this.#endSweep?.();
    this.#endSweep = undefined;
  }

  subscribe(member: Member, key: ChannelKey): void {
    this.#exchange.subscribe(member, key);
  }

  unsubscribe(member: Member, key: ChannelKey): void {
    this.#exchange.unsubscribe(member, key);
  }

  publish(key: ChannelKey, publication: Publication, options: PublishOptions): PublishResult {
    const { stream, version, idempotency } = options;
    if (!stream && !idempotency) {
      this.#exchange.publication(key, numbered(publication, 0), "");
      return PUBLISHED;
    }
    const now = this.#clock.monotonic();
    const resultKey = idempotency ? `${key.length}:${key}${idempotency.key}` : "";
    const earlier = idempotency && this.#results.get(resultKey, now);
    if (earlier) return earlier.result;

    let result = PUBLISHED;
    let sent: Publication;
    let epoch = "";
    if (stream) {
      const life = this.#stream(key, now);
      const suppressed = version !== undefined && !life.advance(version);
      sent = suppressed ? publication : life.append(publication, stream, now);
      epoch = life.epoch;
      result = { position: life.top, suppressed };
    } else {
      sent = numbered(publication, 0);
    }
    // Before the delivery: an event may publish the same key again.
    if (idempotency) this.#results.add(resultKey, new RememberedResult(result, now + idempotency.ttlMs), now);
    if (!result.suppressed) this.#exchange.publication(key, sent, epoch);
    return result;
  }

  history(key: ChannelKey, query: HistoryQuery): HistoryPage {
    const now = this.#clock.monotonic();
    return this.#stream(key, now).read(query, now);
  }

  tops(keys: readonly ChannelKey[]): readonly (Position | undefined)[] {
    const now = this.#clock.monotonic();
    return keys.map((key) => this.#streams.get(key, now)?.top);
  }

  removeHistory(key: ChannelKey): void {
    this.#streams.get(key, this.#clock.monotonic())?.clear();
  }

  announce(kind: "join" | "leave", key: ChannelKey, info: ClientInfo): void {
    this.#exchange.presence(kind, key, info);
  }

  addPresence(key: ChannelKey, info: ClientInfo, ttlMs: number): void {
    const now = this.#clock.monotonic();
    let channel = this.#presence.get(key, now);
    if (!channel) {
      channel = new ChannelPresence();
      this.#presence.add(key, channel, now);
    }
    channel.add(info, now + ttlMs);
  }

  removePresence(key: ChannelKey, client: string): void {
    const now = this.#clock.monotonic();
    this.#presence.get(key, now)?.remove(client);
    // The last one out takes the channel's entry along.
    this.#presence.get(key, now);
  }

  presence(key: ChannelKey): readonly ClientInfo[] {
    const now = this.#clock.monotonic();
    return this.#presence.get(key, now)?.list(now) ?? [];
  }

  control(message: ControlMessage, from: Member, to?: string): void {
    this.#exchange.control(message, from, to);
  }

  #stream(key: ChannelKey, now: number): Stream {
    let stream = this.#streams.get(key, now);
    if (!stream) {
      stream = new Stream(this.#ids.letters(EPOCH_LETTERS));
      this.#streams.add(key, stream, now);
    }
    return stream;
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    this.#streams.sweep(now, SWEEP_LIMIT);
    this.#results.sweep(now, SWEEP_LIMIT);
    this.#presence.sweep(now, SWEEP_LIMIT);
  }
}
