import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { ControlMessage } from "../ports/engine.ts";
import { type Books, createBooks, type Wish } from "./quota-books.ts";
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

export interface HeldHere {
  readonly node: string;
  readonly held: number;
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

export function createQuotas(options: QuotasOptions): Quotas {
  const { self, clock, ids, tell, failed } = options;
  const holdings = new Map<string, Holding>();
  const asks = new Map<string, OpenAsk>();
  const books: Books = createBooks(options);
  const home = (key: string): string => homeOf(key, options.homes()) ?? self;

  function askHome(key: string, node: string, wish: Wish): Promise<number | undefined> {
    return new Promise((resolve) => {
      const id = ids.uuid();
      const settle = (lent: number | undefined): void => {
        cancel();
        asks.delete(id);
        // At once: in the next message the home may count.
        if (lent !== undefined) credit(key, lent);
        resolve(lent);
      };
      const cancel = clock.after(HOME_PATIENCE_MS, () => settle(undefined));
      asks.set(id, { key, home: node, settle });
      tell({ kind: "quota-ask", id, key, wish }, node).catch((error: unknown) => {
        failed(error);
        settle(undefined);
      });
    });
  }

  const credit = (key: string, lent: number): void => {
    const holding = holdings.get(key);
    if (!holding) return;
    holding.held += lent;
    holding.serve();
  };

  function lendHere(key: string, wish: Wish): Promise<number> {
    return new Promise((resolve, reject) => {
      const grant = (lent: number): void => {
        credit(key, lent);
        resolve(lent);
      };
      books.lend(key, { node: self, ...wish }, grant).catch(reject);
    });
  }

  /** What is lent is credited at once. */
  async function borrow(key: string, wish: Wish): Promise<number | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const node = home(key);
      const lent = node === self ? await lendHere(key, wish) : await askHome(key, node, wish);
      if (lent !== undefined || node === home(key)) return lent;
    }
    return undefined;
  }

  async function fetch(key: string, holding: Holding): Promise<void> {
    holding.asking = true;
    while (holding.waiting.length > 0) {
      const { limit } = holding;
      const asked = new Set(holding.waiting);
      const need = asked.size;
      const lent = await borrow(key, { need, want: need + holding.spare, limit });
      // Nobody keeps the book: each node holds the limit by itself.
      if (lent === undefined) holding.held = Math.max(holding.held, Math.min(limit, holding.used + need));
      holding.serve();
      for (const refuse of holding.withdraw(asked)) refuse(false);
    }
    holding.asking = false;
    settleUp(key, holding);
  }

  /** Gives back what is too much to keep. */
  function settleUp(key: string, holding: Holding): void {
    const unused = holding.held - holding.used;
    const kept = holding.used === 0 ? 0 : unused > holding.spare ? Math.floor(holding.spare / 2) : unused;
    if (unused > kept) {
      holding.held -= unused - kept;
      const node = home(key);
      if (node === self) books.returned(key, self, unused - kept);
      else tell({ kind: "quota-return", key, count: unused - kept }, node).catch(failed);
    }
    if (holding.held === 0 && !holding.asking) holdings.delete(key);
  }

  return {
    take(key, limit) {
      const holding = holdings.get(key) ?? new Holding();
      holdings.set(key, holding);
      holding.limit = limit;
      if (holding.used < holding.held && holding.used < limit) {
        holding.used++;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        holding.waiting.push(resolve);
        if (!holding.asking) fetch(key, holding).catch(failed);
      });
    },

    give(key) {
      const holding = holdings.get(key);
      if (!holding) return;
      holding.used--;
      holding.serve();
      if (!holding.asking) settleUp(key, holding);
    },

    held(key) {
      const holding = holdings.get(key);
      if (!holding) return { node: self, held: 0 };
      holding.held = holding.used;
      return { node: self, held: holding.held };
    },

    receive(message, from) {
      const key = String(message.key);
      switch (message.kind) {
        case "quota-ask":
          books
            .lend(key, { ...(message.wish as Wish), node: from }, (lent) => {
              tell({ kind: "quota-lend", id: message.id, lent }, from).catch(failed);
            })
            .catch(failed);
          return;
        case "quota-lend": {
          const ask = asks.get(String(message.id));
          // An old home does not know what others have been lent since.
          if (ask?.home === from) ask.settle(Number(message.lent));
          return;
        }
        case "quota-return":
          books.returned(key, from, Number(message.count));
      }
    },

    changed() {
      books.keepOnly(options.alive(), (key) => home(key) === self);
      for (const ask of [...asks.values()]) if (home(ask.key) !== ask.home) ask.settle(undefined);
    },
  };
}
