import type { Clock } from "../../kit/clock.ts";
import type { Survey } from "./surveys.ts";

/** What a node asks the home of a key for. */
export interface Wish {
  /** Less than this is as good as a refusal to somebody. */
  readonly need: number;
  /** More than that is taken when there is plenty. */
  readonly want: number;
  /** On all nodes together. */
  readonly limit: number;
}

/** What one node holds of a key. */
export interface HeldHere {
  readonly node: string;
  readonly held: number;
}

/** The books of the keys that have their home on this node. */
export interface Books {
  /**
   * `grant` gets how much the node is lent, at most `want`. Wishes for one key are fulfilled one after the other, and
   * nothing is asked for the next one before `grant` has returned.
   */
  lend(key: string, wish: Wish & { readonly node: string }, grant: (lent: number) => void): Promise<void>;
  returned(key: string, node: string, count: number): void;
  /** Forgets nodes that are not alive, and keys that have their home elsewhere now. */
  keepOnly(alive: readonly string[], isHome: (key: string) => boolean): void;
}

/** A node that does not answer for so long holds nothing. */
const COUNT_MS = 1_000;
/** How long "full" is believed before everybody is asked again. */
const FULL_MS = 1_000;
/** Books of keys that nobody holds are kept up to this number: the next one to ask then need not wait for a count. */
const BOOKS_LIMIT = 10_000;

interface Book {
  readonly held: Map<string, number>;
  /** Every node has been asked since this node is the key's home. */
  counted: boolean;
  fullUntil: number;
  /** Not yet fulfilled. */
  wishes: number;
  last: Promise<unknown>;
}

const total = ({ held }: Book): number => {
  let sum = 0;
  for (const count of held.values()) sum += count;
  return sum;
};

interface BooksOptions {
  readonly clock: Clock;
  /** What every node holds of a key. */
  readonly survey: (key: string, patienceMs: number) => Promise<Survey<HeldHere>>;
}

export function createBooks({ survey, clock }: BooksOptions): Books {
  const books = new Map<string, Book>();

  function bookOf(key: string): Book {
    let book = books.get(key);
    if (!book) {
      book = { held: new Map(), counted: false, fullUntil: 0, wishes: 0, last: Promise.resolve() };
      books.set(key, book);
    }
    return book;
  }

  function dropUnused(key: string, { held, wishes }: Book): void {
    if (held.size === 0 && wishes === 0 && books.size > BOOKS_LIMIT) books.delete(key);
  }

  async function count(key: string, book: Book): Promise<void> {
    const { answers } = await survey(key, COUNT_MS);
    book.held.clear();
    for (const { node, held } of answers) if (held > 0) book.held.set(node, held);
    book.counted = true;
  }

  async function fulfil(key: string, book: Book, wish: Wish & { readonly node: string }): Promise<number> {
    const { node, need, want, limit } = wish;
    if (clock.monotonic() < book.fullUntil) return 0;
    const first = !book.counted;
    if (first) await count(key, book);
    if (!first && limit - total(book) < need) await count(key, book);
    const room = Math.max(0, limit - total(book));
    const lent = room < need ? room : Math.min(want, room);
    if (lent > 0) book.held.set(node, (book.held.get(node) ?? 0) + lent);
    else book.fullUntil = clock.monotonic() + FULL_MS;
    return lent;
  }

  return {
    lend(key, wish, grant) {
      const book = bookOf(key);
      book.wishes++;
      const lent = book.last.then(async () => {
        try {
          grant(await fulfil(key, book, wish));
        } finally {
          book.wishes--;
        }
      });
      book.last = lent.catch(() => {});
      return lent;
    },

    returned(key, node, count) {
      const book = books.get(key);
      const held = book?.held.get(node);
      if (!book || held === undefined) return;
      book.fullUntil = 0;
      if (held > count) book.held.set(node, held - count);
      else book.held.delete(node);
      dropUnused(key, book);
    },

    keepOnly(alive, isHome) {
      for (const [key, book] of books) {
        if (!isHome(key)) books.delete(key);
        for (const node of book.held.keys()) if (!alive.includes(node)) book.held.delete(node);
        book.fullUntil = 0;
        dropUnused(key, book);
      }
    },
  };
}
