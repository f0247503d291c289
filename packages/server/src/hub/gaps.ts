import { limitConcurrency } from "../kit/limit-concurrency.ts";
import type { Log } from "../kit/log.ts";
import { type Accepted, type LiveChannel, receivedPosition } from "./fanout.ts";
import type { Broker } from "./ports/engine.ts";
import type { Positions } from "./positions.ts";
import { continueFrom } from "./recovery.ts";
import { type Position, samePosition } from "./values/publication.ts";

export interface GapsOptions {
  readonly broker: Broker;
  readonly log: Log;
  readonly positions: Positions;
  /** Publications in one reading of history. */
  readonly recoveryLimit: number;
  /** Publications that a gap may have. */
  readonly recoveryTotalLimit: number;
  /** What was missing goes out. */
  readonly deliver: (live: LiveChannel, accepted: Accepted) => void;
  /** What waited behind the gap is looked at like an event that arrives now. */
  readonly again: (live: LiveChannel, accepted: Accepted) => void;
  /** What is missing cannot be had. */
  readonly lost: (live: LiveChannel) => void;
}

/** A publication that waits behind a gap costs memory; past this the channel's position is compared anew. */
const WAITING_LIMIT = 4096;
/** The same over all channels of this node. */
const ALL_WAITING_LIMIT = 65_536;
/** Gaps filled at a time: after an outage every channel may have one. */
const FILLS = 32;
/** Times in a row that history may fail to answer before what is missing counts as lost. */
const ATTEMPTS = 3;

/** Fetches what is missing before later publications go out; what cannot be fetched is admitted. */
export class Gaps {
  readonly #options: GapsOptions;
  readonly #limited = limitConcurrency(FILLS);
  /** Publications that wait, of all channels. */
  #waitingCount = 0;

  constructor(options: GapsOptions) {
    this.#options = options;
  }

  /** Keeps what arrives while a gap before it is filled; false when there is none. */
  hold(live: LiveChannel, accepted: Accepted): boolean {
    if (!live.waiting) return false;
    if (live.waiting.length < WAITING_LIMIT && this.#waitingCount < ALL_WAITING_LIMIT) {
      live.waiting.push(accepted);
      this.#waitingCount++;
    } else {
      live.unsure = true;
    }
    return true;
  }

  /** `cause` is the publication that showed the gap, when one did. */
  fill(live: LiveChannel, cause?: Accepted): void {
    const since = receivedPosition(live);
    if (!since || live.waiting || live.broken) return;
    live.waiting = [];
    if (cause) this.hold(live, cause);
    live.filling = this.#limited(() => this.#fetch(live, since, cause))
      .then(
        (complete) => this.#end(live, complete),
        (error: unknown) => this.#failed(live, error),
      )
      .catch((error: unknown) => this.#brokeOff(live, error));
  }

  /** Somebody knows that the stream holds `to`: what of it has not arrived here is fetched. */
  async catchUp(live: LiveChannel, to: Position): Promise<void> {
    const isBehind = (): boolean => {
      const received = receivedPosition(live);
      return !live.broken && received?.epoch === to.epoch && received.offset < to.offset;
    };
    if (isBehind()) await live.filling;
    if (!isBehind()) return;
    this.fill(live);
    await live.filling;
  }

  /** Page by page, each fanned out as it comes. False when history does not hold all of it. */
  async #fetch(live: LiveChannel, since: Position, cause: Accepted | undefined): Promise<boolean> {
    const { broker, recoveryLimit: limit, recoveryTotalLimit, deliver } = this.#options;
    const { key, namespace } = live.channel;
    let at = since;
    while (at.offset - since.offset <= recoveryTotalLimit) {
      const page = await broker.history(key, { since: at, limit, metaTtlMs: namespace.historyMetaTtlMs });
      // Where everybody left in the meantime, those who are here now have a position of their own.
      const received = receivedPosition(live);
      if (!received || !samePosition(received, at)) return true;
      const { end, publications } = continueFrom(at, page, { tail: [], top: page.top });
      for (const publication of publications) deliver(live, { publication, epoch: at.epoch });
      const last = publications.at(-1);
      if (last) at = { offset: last.offset, epoch: at.epoch };
      // History that ends before what came after it would be asked for ever.
      if (end === "complete") return !cause || cause.publication.offset <= at.offset + 1;
      if (end === "lost" || !last) return false;
    }
    return false;
  }

  #end(live: LiveChannel, complete: boolean): void {
    const { unsure } = live;
    const waited = this.#stopWaiting(live);
    live.failedFills = 0;
    if (!complete) this.#options.lost(live);
    for (const accepted of waited) this.#options.again(live, accepted);
    if (unsure) this.#options.positions.doubt(live);
  }

  /** While the engine cannot be asked nothing is known to be lost; but nobody is left in doubt for ever. */
  #failed(live: LiveChannel, error: unknown): void {
    this.#options.log.warn("a gap could not be filled", { error });
    if (live.positioned === 0 || ++live.failedFills === ATTEMPTS) {
      this.#end(live, false);
      return;
    }
    // What waits behind the gap is in history too.
    this.#stopWaiting(live);
    this.#options.positions.doubtLater(live);
  }

  /** Somebody did not take what waited behind the gap; what of it has not gone out is missed when positions are compared. */
  #brokeOff(live: LiveChannel, error: unknown): void {
    this.#options.log.error("what waited behind a gap could not be delivered", { error });
    this.#options.positions.doubtLater(live);
  }

  #stopWaiting(live: LiveChannel): readonly Accepted[] {
    const { waiting = [] } = live;
    live.waiting = undefined;
    live.filling = undefined;
    live.unsure = false;
    this.#waitingCount -= waiting.length;
    return waiting;
  }
}
