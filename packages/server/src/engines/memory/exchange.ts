import type { ChannelKey, ClientInfo, ControlMessage, EngineEvents, Publication } from "../../hub/index.ts";

/** A started engine of the space. */
export interface Member {
  readonly node: string;
  /** Absent once the member has left. */
  events: EngineEvents | undefined;
  /** The subscriber list of each channel that this member was the first to subscribe to: one for all of them. */
  readonly alone: readonly Member[];
}

/**
 * Who gets which event. Each event is delivered before the call that caused it returns; what an event causes in turn
 * is delivered after it, so that all members see one order.
 */
export class Exchange {
  readonly #members = new Map<string, Member>();
  /** Lists are replaced, never changed: an event goes to those who subscribed when its delivery began. */
  readonly #subscribers = new Map<ChannelKey, readonly Member[]>();
  readonly #failed: (error: unknown) => void;
  #delivering = false;
  #waiting: (() => void)[] = [];

  /** `failed` gets what an event of a member throws: it is no business of the publisher. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get size(): number {
    return this.#members.size;
  }

  enter(node: string, events: EngineEvents): Member {
    if (this.#members.has(node)) throw new Error(`node ${node} has already joined this space`);
    const alone: Member[] = [];
    const member: Member = { node, events, alone };
    alone.push(member);
    this.#members.set(node, member);
    return member;
  }

  leave(member: Member): void {
    member.events = undefined;
    this.#members.delete(member.node);
    for (const key of this.#subscribers.keys()) this.unsubscribe(member, key);
  }

  subscribe(member: Member, key: ChannelKey): void {
    const current = this.#subscribers.get(key);
    if (!current) this.#subscribers.set(key, member.alone);
    else if (!current.includes(member)) this.#subscribers.set(key, [...current, member]);
  }

  unsubscribe(member: Member, key: ChannelKey): void {
    const rest = this.#subscribers.get(key)?.filter((other) => other !== member);
    if (rest && rest.length > 0) this.#subscribers.set(key, rest);
    else this.#subscribers.delete(key);
  }

  /** The hot path: without a closure unless called from within an event. */
  publication(key: ChannelKey, publication: Publication, epoch: string): void {
    if (this.#delivering) {
      this.#waiting.push(() => this.#publication(key, publication, epoch));
      return;
    }
    this.#delivering = true;
    this.#publication(key, publication, epoch);
    this.#finish();
  }

  presence(kind: "join" | "leave", key: ChannelKey, info: ClientInfo): void {
    this.#deliver(() => {
      for (const member of this.#subscribers.get(key) ?? []) this.#tell(member, (events) => events[kind](key, info));
    });
  }

  /** Members get copies made through JSON, as they would from another process. */
  control(message: ControlMessage, from: Member, to?: string): void {
    const text = JSON.stringify(message);
    this.#deliver(() => {
      for (const member of [...this.#members.values()]) {
        if (member === from || (to !== undefined && member.node !== to)) continue;
        this.#tell(member, (events) => events.control(JSON.parse(text), from.node));
      }
    });
  }

  #publication(key: ChannelKey, publication: Publication, epoch: string): void {
    const members = this.#subscribers.get(key);
    if (!members) return;
    for (const member of members) {
      try {
        member.events?.publication(key, publication, epoch);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #tell(member: Member, call: (events: EngineEvents) => void): void {
    try {
      if (member.events) call(member.events);
    } catch (error) {
      this.#failed(error);
    }
  }

  #deliver(task: () => void): void {
    this.#waiting.push(task);
    if (this.#delivering) return;
    this.#delivering = true;
    this.#finish();
  }

  #finish(): void {
    while (this.#waiting.length > 0) {
      const tasks = this.#waiting;
      this.#waiting = [];
      for (const task of tasks) task();
    }
    this.#delivering = false;
  }
}
