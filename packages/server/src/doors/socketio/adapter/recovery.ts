import {
  type Caller,
  type Following,
  follow,
  type Hub,
  history,
  type Position,
  type Publication,
  publish,
} from "../../../hub/index.ts";
import { decodeEvent } from "./event-publication.ts";
import { pack, unpack } from "./packed.ts";

export interface RecoveryOptions {
  readonly hub: Hub;
  /** Of this adapter, among all of the cluster. */
  readonly uid: string;
  /** Where sessions of clients that are gone are told to the other nodes. */
  readonly channel: string;
  readonly operator: Caller;
  readonly maxDisconnectionMs: number;
  /** In whose name a channel is read. */
  callerOf(channel: string): Caller;
  /** What this node has delivered of a channel. */
  position(channel: string): ReturnType<Following["position"]>;
  /** Resolves when this node gets everything of the channel. It does until `abandon`, also while nobody is in it. */
  enter(channel: string): Promise<void> | undefined;
  /** Nobody is on the way back to it any more. */
  abandon(channel: string): void;
}

/** What Socket.IO wants kept of a client that is gone. */
export interface GoneClient {
  readonly sid: string;
  readonly pid: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
}

/** Where a channel stood when the client went, and which of its deliveries the client may have missed. */
interface Trace {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  /** Counts of the deliveries that are remembered, the last one is that of `offset`. */
  readonly counts: readonly number[];
  /** Deliveries up to this count are not remembered, or were before the client joined. */
  readonly since: number;
}

interface Parting extends GoneClient {
  readonly uid: string;
  /** What the client must have got: of this it was no more than told once. */
  readonly least: number;
  readonly traces: readonly Trace[];
  readonly at: number;
}

/** One event that a client has missed: name and arguments. */
export type MissedEvent = readonly unknown[];

/** What a client that comes back may need of one channel. */
interface Missed {
  /** The last publication that it has got. */
  readonly since: Position;
  /** What history had after that. */
  readonly publications: readonly Publication[];
}

/** A client that has come back and is not let in yet. */
interface Returning {
  readonly sid: string;
  readonly rooms: ReadonlySet<string>;
  /** Channels that are kept for it. */
  readonly channels: ReadonlySet<string>;
  readonly missed: Map<string, Missed>;
  /** Later than what history had when it was read. */
  readonly tail: { readonly channel: string; readonly publication: Publication }[];
  /** Something that it needs cannot be had. */
  failed: boolean;
}

interface Member {
  /** The client must have got everything up to here: some of that is kept nowhere. */
  least: number;
  /** Since which delivery it is in a channel. */
  readonly channels: Map<string, number>;
}

/** Deliveries of a channel that are remembered for clients that may have missed them on their way. */
const REMEMBERED = 1024;
/** Publications that may wait for one client while its return is checked. */
const TAIL_LIMIT = 1024;
/** What one client may have missed of one channel. */
const MISSED_LIMIT = 10_000;

/**
 * Brings clients that lose their connection up to date from the hub's history, on any node.
 *
 * Every delivery of this adapter has a count, and clients keep the count of the last one that they got. When a client goes,
 * the other nodes hear how counts and offsets of its channels correspond. Where it comes back, that says from which offset
 * on each channel is to be read. Whatever does not fit exactly means: not recovered.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  #count = 0;
  /** Counts of the last deliveries of each channel; `since` is the last one that was forgotten. */
  readonly #deliveries = new Map<string, { counts: number[]; since: number }>();
  readonly #members = new Map<string, Member>();
  readonly #partings = new Map<string, Parting>();
  readonly #returning = new Map<string, Returning>();
  #following: Promise<Following | undefined> = Promise.resolve(undefined);

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  start(): void {
    const { hub, operator, channel } = this.#options;
    const publication = ({ data }: Publication): void => this.#heard(JSON.parse(String(data)));
    this.#following = follow(hub, operator, { channel, publication }).catch((error: unknown) => {
      hub.log.error("Socket.IO clients cannot be recovered on this node", { error });
      return undefined;
    });
  }

  stop(): void {
    void this.#following.then((following) => following?.end());
  }

  // While clients are here

  /** A publication is delivered now. Returns what its receivers keep. */
  delivered(channel: string, publication: Publication): string {
    this.#count++;
    let deliveries = this.#deliveries.get(channel);
    if (!deliveries) {
      deliveries = { counts: [], since: 0 };
      this.#deliveries.set(channel, deliveries);
    }
    // Without an offset it is in no history: who misses it cannot be helped.
    if (publication.offset === 0) return this.#mark();
    deliveries.counts.push(this.#count);
    if (deliveries.counts.length > REMEMBERED) deliveries.since = deliveries.counts.shift() ?? 0;
    for (const returning of this.#returning.values()) {
      if (!returning.channels.has(channel)) continue;
      if (returning.tail.length < TAIL_LIMIT) returning.tail.push({ channel, publication });
      else returning.failed = true;
    }
    return this.#mark();
  }

  /** Something is sent to one client alone, and kept nowhere. */
  sent(sid: string): string {
    this.#count++;
    const member = this.#members.get(sid);
    if (member) member.least = this.#count;
    return this.#mark();
  }

  /** Where everybody stands now; for what may be missed by its nature. */
  standing(): string {
    return this.#mark();
  }

  #mark(): string {
    return `${this.#options.uid}.${this.#count}`;
  }

  /** The stream of a channel has a hole here: what was delivered before cannot be continued. */
  lost(channel: string): void {
    this.#deliveries.set(channel, { counts: [], since: this.#count });
    for (const returning of this.#returning.values()) if (returning.channels.has(channel)) returning.failed = true;
  }

  /** Somebody is on his way back to the channel. */
  holds(channel: string): boolean {
    for (const { channels } of this.#returning.values()) if (channels.has(channel)) return true;
    return false;
  }

  #release(returning: Returning): void {
    if (this.#returning.get(returning.sid) !== returning) return;
    this.#returning.delete(returning.sid);
    for (const channel of returning.channels) if (!this.holds(channel)) this.#options.abandon(channel);
  }

  /** Nobody here is in the channel any more. */
  ended(channel: string): void {
    this.#deliveries.delete(channel);
  }

  joined(sid: string, channel: string): void {
    const member = this.#members.get(sid);
    if (!member) return;
    // By a second name of a room it gets what it did not get before.
    if (member.channels.has(channel)) member.least = this.#count;
    else member.channels.set(channel, this.#count);
  }

  /** `staysIn`: it gets the channel's events by another name of the room. */
  left(sid: string, channel: string, staysIn: boolean): void {
    const member = this.#members.get(sid);
    if (!member?.channels.has(channel)) return;
    if (!staysIn) member.channels.delete(channel);
    member.least = this.#count;
  }

  forget(sid: string): void {
    this.#members.delete(sid);
    const returning = this.#returning.get(sid);
    if (returning) this.#release(returning);
  }

  /**
   * The client is let in, in this turn. Returns what it has missed, or `undefined` when that cannot be said; last comes an
   * event by which the client knows where it stands.
   */
  began(sid: string, channels: readonly string[]): readonly MissedEvent[] | undefined {
    const returning = this.#returning.get(sid);
    const missed = returning ? this.#missedBy(returning, channels) : [];
    if (returning) this.#release(returning);
    if (!missed) return undefined;
    this.#members.set(sid, {
      least: this.#count,
      channels: new Map(channels.map((channel) => [channel, this.#count])),
    });
    return [...missed.map((event) => [...event, UNFINISHED]), [STANDING, this.#mark()]];
  }

  #missedBy(returning: Returning, channels: readonly string[]): MissedEvent[] | undefined {
    const events: MissedEvent[] = [];
    for (const channel of channels) {
      const publications = this.#deliveredSince(returning, channel);
      if (!publications) return undefined;
      events.push(...publications.flatMap((publication) => eventFor(returning, channel, publication)));
    }
    return events;
  }

  /** What this node has delivered of the channel after what the client has got; `undefined` when there is a hole. */
  #deliveredSince({ missed, tail, failed }: Returning, channel: string): readonly Publication[] | undefined {
    if (failed) return undefined;
    const known = missed.get(channel);
    // A room that the client was not in before.
    if (!known) return [];
    const { since } = known;
    const publications = [...known.publications];
    const next = (): number => since.offset + publications.length + 1;
    for (const each of tail) {
      if (each.channel === channel && each.publication.offset === next()) publications.push(each.publication);
    }
    const position = this.#options.position(channel);
    // What this node has not delivered yet comes by itself; of that the client must not have got anything.
    if (position?.epoch !== since.epoch || position.offset < since.offset || position.offset >= next())
      return undefined;
    return publications.slice(0, position.offset - since.offset);
  }

  // When they go

  /** Tells all nodes how the client can be continued. */
  persist(client: GoneClient): void {
    const { hub, uid, operator, channel } = this.#options;
    const member = this.#members.get(client.sid);
    if (!member) return;
    const traces: Trace[] = [];
    for (const [name, joined] of member.channels) {
      const position = this.#options.position(name);
      if (!position) return;
      const { counts = [], since = 0 } = this.#deliveries.get(name) ?? {};
      traces.push({
        channel: name,
        ...position,
        counts: counts.filter((count) => count > joined),
        since: since > joined ? since : 0,
      });
    }
    const at = hub.clock.now();
    const parting: Parting = { ...client, data: pack(client.data), uid, least: member.least, traces, at };
    const told = publish(hub, operator, { channel, data: JSON.stringify({ parting }), skipHistory: true });
    hub.background(told, "keeping what a Socket.IO client needs to come back");
  }

  #heard({ parting, taken }: { readonly parting?: Parting; readonly taken?: string }): void {
    if (taken !== undefined) this.#partings.delete(taken);
    if (!parting) return;
    this.#partings.set(parting.pid, parting);
    const oldest = this.#options.hub.clock.now() - this.#options.maxDisconnectionMs;
    for (const [pid, { at }] of this.#partings) {
      if (at >= oldest) break;
      this.#partings.delete(pid);
    }
  }

  // When they come back

  /** What the client had; `undefined` when it starts anew. What it has missed is sent when it has been let in. */
  async restore(pid: string, mark: string): Promise<GoneClient | undefined> {
    const parting = this.#partings.get(pid);
    if (!parting || !(await this.#take(pid))) return undefined;
    const { hub, maxDisconnectionMs } = this.#options;
    if (parting.at < hub.clock.now() - maxDisconnectionMs) return undefined;
    const [uid, text = ""] = mark.split(".");
    const count = Number(text);
    if (uid !== parting.uid || !Number.isSafeInteger(count) || count < parting.least) return undefined;
    const returning: Returning = {
      sid: parting.sid,
      rooms: new Set(parting.rooms),
      channels: new Set(parting.traces.map(({ channel }) => channel)),
      missed: new Map(),
      tail: [],
      failed: false,
    };
    this.#returning.set(parting.sid, returning);
    try {
      // From here on nothing that this node delivers is missed; so history is read after that.
      await Promise.all(parting.traces.map(({ channel }) => this.#options.enter(channel)));
      for (const trace of parting.traces) returning.missed.set(trace.channel, await this.#missedSince(trace, count));
      for (const channel of returning.channels) {
        if (!this.#deliveredSince(returning, channel)) throw new Error("this node does not stand where history does");
      }
    } catch (error) {
      hub.log.debug("a Socket.IO client was not recovered", { error });
      this.#release(returning);
      return undefined;
    }
    return { ...parting, data: unpack(parting.data) };
  }

  /** False when another one was faster: of two that bring the same credentials at most one gets the session. */
  async #take(pid: string): Promise<boolean> {
    const { hub, operator, channel } = this.#options;
    const data = JSON.stringify({ taken: pid });
    const { suppressed } = await publish(hub, operator, {
      channel,
      data,
      skipHistory: true,
      idempotencyKey: `taken ${pid} ${this.#partings.get(pid)?.at}`,
    });
    return !suppressed;
  }

  async #missedSince({ channel, offset, epoch, counts, since }: Trace, count: number): Promise<Missed> {
    if (count < since) throw new Error("too long ago");
    const from = offset - counts.filter((each) => each > count).length;
    const { hub } = this.#options;
    const { publications, top } = await history(hub, this.#options.callerOf(channel), {
      channel,
      since: { offset: from, epoch },
      limit: MISSED_LIMIT,
      reverse: false,
    });
    const complete = publications.every((each, index) => each.offset === from + index + 1);
    if (top.epoch !== epoch || top.offset < from || !complete || publications.length !== top.offset - from) {
      throw new Error("history does not hold all of it");
    }
    return { since: { offset: from, epoch }, publications };
  }
}

function eventFor({ rooms, sid }: Returning, channel: string, publication: Publication): MissedEvent[] {
  const { event, args, except = [], rooms: named = [], volatile } = decodeEvent(channel, publication);
  const isIn = (room: string): boolean => rooms.has(room) || room === sid;
  const isFor = (named.length === 0 || named.some(isIn)) && !volatile && !except.some(isIn);
  return isFor ? [[event, ...args]] : [];
}

/** What a client keeps in the middle of a replay: it is nowhere. */
const UNFINISHED = "-";
/** Tells a client where it stands, whatever else it has got. */
const STANDING = "recovery";
