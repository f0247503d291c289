import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { ControlMessage } from "../ports/engine.ts";
import { type Books, createBooks, type HeldHere, type Wish } from "./quota-books.ts";
import { homeOf } from "./quota-home.ts";
import type { Survey } from "./surveys.ts";

/**
 * What there may be only so much of in the whole cluster. Each key has a home among the nodes, which lends the right to
 * have some of it; with the right in hand a node asks nobody.
 *
 * The limit holds exactly while the nodes know each other. For the moment in which a node comes or goes, keys change
 * their home, and what two homes lend at the same time may exceed it; when the home is silent, a node holds the limit by
 * itself. What a node holds counts as long as the node answers.
 */
export interface Quotas {
  /** Takes one; false when all nodes together have `limit`. */
  take(key: string, limit: number): Promise<boolean>;
  /** Gives one back that was taken. */
  give(key: string): void;
  /** The answer of this node to the survey "quota": what it holds of a key, after giving up what it does not use. */
  held(key: string): HeldHere;
  receive(message: ControlMessage, from: string): void;
  /** Other nodes came, left or began to drain. */
  changed(): void;
}

export interface QuotasOptions {
  readonly self: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Nodes that can be a home, this one included unless it drains. */
  readonly homes: () => readonly string[];
  /** All nodes that are alive, this one included. */
  readonly alive: () => readonly string[];
  readonly tell: (message: ControlMessage, node: string) => Promise<void>;
  readonly survey: (key: string, patienceMs: number) => Promise<Survey<HeldHere>>;
  readonly failed: (error: unknown) => void;
}

/** A home counts within one second, if it must. */
const HOME_PATIENCE_MS = 2_500;
/** A node may keep this part of a limit without using it, so that most takes ask nobody. */
const SPARE_PART = 64;
const ATTEMPTS = 3;

type Waiting = (taken: boolean) => void;

/** What this node has of one key. */
class Holding {
  used = 0;
  held = 0;
  limit = 0;
  asking = false;
  waiting: Waiting[] = [];

  get spare(): number {
    return Math.floor(this.limit / SPARE_PART);
  }

  /** Serves those who wait, as far as the right reaches. */
  serve(): void {
    while (this.used < this.held) {
      const next = this.waiting.shift();
      if (!next) return;
      this.used++;
      next(true);
    }
  }

  /** Those of `asked` who still wait; they wait no more. */
  withdraw(asked: ReadonlySet<Waiting>): readonly Waiting[] {
    const left = this.waiting.filter((each) => asked.has(each));
    this.waiting = this.waiting.filter((each) => !asked.has(each));
    return left;
  }
}

interface OpenAsk {
  readonly key: string;
  readonly home: string;
  /** `undefined`: the home is silent, or no longer the home. */
  readonly settle: (lent: number | undefined) => void;
}

export const createQuotas = (options: QuotasOptions): Quotas => new LentQuotas(options);

class LentQuotas implements Quotas {
  readonly #options: QuotasOptions;
  readonly #holdings = new Map<string, Holding>();
  readonly #asks = new Map<string, OpenAsk>();
  readonly #books: Books;

  constructor(options: QuotasOptions) {
    this.#options = options;
    this.#books = createBooks(options);
  }

  take(key: string, limit: number): Promise<boolean> {
    const holding = this.#holdings.get(key) ?? new Holding();
    this.#holdings.set(key, holding);
    holding.limit = limit;
    if (holding.used < holding.held && holding.used < limit) {
      holding.used++;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      holding.waiting.push(resolve);
      if (!holding.asking) this.#fetch(key, holding).catch(this.#options.failed);
    });
  }

  give(key: string): void {
    const holding = this.#holdings.get(key);
    if (!holding) return;
    holding.used--;
    holding.serve();
    if (!holding.asking) this.#settleUp(key, holding);
  }

  held(key: string): HeldHere {
    const node = this.#options.self;
    const holding = this.#holdings.get(key);
    if (!holding) return { node, held: 0 };
    holding.held = holding.used;
    return { node, held: holding.held };
  }

  receive(message: ControlMessage, from: string): void {
    const key = String(message.key);
    switch (message.kind) {
      case "quota-ask":
        this.#lendTo(from, message);
        return;
      case "quota-lend": {
        const ask = this.#asks.get(String(message.id));
        // An old home does not know what others have been lent since.
        if (ask?.home === from) ask.settle(Number(message.lent));
        return;
      }
      case "quota-return":
        this.#books.returned(key, from, Number(message.count));
    }
  }

  changed(): void {
    const { self, alive } = this.#options;
    this.#books.keepOnly(alive(), (key) => this.#home(key) === self);
    for (const ask of [...this.#asks.values()]) if (this.#home(ask.key) !== ask.home) ask.settle(undefined);
  }

  #home(key: string): string {
    return homeOf(key, this.#options.homes()) ?? this.#options.self;
  }

  #lendTo(node: string, { id, key, wish }: ControlMessage): void {
    const { tell, failed } = this.#options;
    const grant = (lent: number): void => void tell({ kind: "quota-lend", id, lent }, node).catch(failed);
    this.#books.lend(String(key), { ...(wish as Wish), node }, grant).catch(failed);
  }

  #lendHere(key: string, wish: Wish): Promise<number | undefined> {
    const { self, failed } = this.#options;
    return new Promise((resolve) => {
      const grant = (lent: number): void => {
        this.#credit(key, lent);
        resolve(lent);
      };
      this.#books.lend(key, { ...wish, node: self }, grant).catch((error: unknown) => {
        failed(error);
        resolve(undefined);
      });
    });
  }

  #askHome(key: string, home: string, wish: Wish): Promise<number | undefined> {
    const { clock, ids, tell, failed } = this.#options;
    return new Promise((resolve) => {
      const id = ids.uuid();
      const settle = (lent: number | undefined): void => {
        cancel();
        this.#asks.delete(id);
        // At once: in the next message the home may count.
        if (lent !== undefined) this.#credit(key, lent);
        resolve(lent);
      };
      const cancel = clock.after(HOME_PATIENCE_MS, () => settle(undefined));
      this.#asks.set(id, { key, home, settle });
      tell({ kind: "quota-ask", id, key, wish }, home).catch((error: unknown) => {
        failed(error);
        settle(undefined);
      });
    });
  }

  #credit(key: string, lent: number): void {
    const holding = this.#holdings.get(key);
    if (!holding) return;
    holding.held += lent;
    holding.serve();
  }

  /** What is lent is credited at once. */
  async #borrow(key: string, wish: Wish): Promise<number | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const home = this.#home(key);
      const here = home === this.#options.self;
      const lent = await (here ? this.#lendHere(key, wish) : this.#askHome(key, home, wish));
      if (lent !== undefined || home === this.#home(key)) return lent;
    }
    return undefined;
  }

  async #fetch(key: string, holding: Holding): Promise<void> {
    holding.asking = true;
    try {
      while (holding.waiting.length > 0) {
        const { limit } = holding;
        const asked = new Set(holding.waiting);
        const need = asked.size;
        const lent = await this.#borrow(key, { need, want: need + holding.spare, limit });
        // Nobody keeps the book: each node holds the limit by itself.
        if (lent === undefined) holding.held = Math.max(holding.held, Math.min(limit, holding.used + need));
        holding.serve();
        for (const refuse of holding.withdraw(asked)) refuse(false);
      }
    } finally {
      // Nobody is left to wait for an answer that does not come, and the next one asks again.
      for (const refuse of holding.waiting.splice(0)) refuse(false);
      holding.asking = false;
      this.#settleUp(key, holding);
    }
  }

  /** Gives back what is too much to keep. */
  #settleUp(key: string, holding: Holding): void {
    const { self, tell, failed } = this.#options;
    const unused = holding.held - holding.used;
    const kept = holding.used === 0 ? 0 : unused > holding.spare ? Math.floor(holding.spare / 2) : unused;
    const count = unused - kept;
    if (count > 0) {
      holding.held -= count;
      const home = this.#home(key);
      if (home === self) this.#books.returned(key, self, count);
      else tell({ kind: "quota-return", key, count }, home).catch(failed);
    }
    if (holding.held === 0 && !holding.asking) this.#holdings.delete(key);
  }
}
