/** What there is in several places, a page at a time, in the order of names: each place gives its first ones after a cursor. */

export interface First<T> {
  add(item: T): void;
  /** In the order of their names. */
  items(): readonly T[];
}

type NameOf<T> = (item: T) => string;

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Keeps the first `limit` of all items that are added, in little more memory than they need. */
export function createFirst<T>(limit: number, nameOf: NameOf<T>): First<T> {
  let kept: T[] = [];
  let last: string | undefined;
  const cut = (): T[] => kept.sort((a, b) => inOrder(nameOf(a), nameOf(b))).slice(0, limit);
  return {
    add(item) {
      if (last !== undefined && nameOf(item) > last) return;
      // Cut now and then: sorting everything would hold up everybody else.
      if (kept.push(item) < 2 * limit) return;
      kept = cut();
      const end = kept.at(-1);
      last = end === undefined ? undefined : nameOf(end);
    },
    items: cut,
  };
}

export interface MergedPage<T> {
  readonly items: readonly T[];
  /** Where the next page begins; "" when this is the last. */
  readonly cursor: string;
}

/**
 * The page that the pages of all places make together: what has one of the first `limit` names. A name that is on it is
 * there with the items of all places: one that had to cut its page has cut behind it.
 */
export function mergePages<T>(pages: readonly (readonly T[])[], limit: number, nameOf: NameOf<T>): MergedPage<T> {
  const names = [...new Set(pages.flat().map(nameOf))].sort(inOrder);
  const isLast = names.length <= limit && pages.every((page) => page.length < limit);
  const end = names[Math.min(limit, names.length) - 1];
  if (end === undefined) return { items: [], cursor: "" };
  const items = pages.flat().filter((item) => nameOf(item) <= end);
  return { items, cursor: isLast ? "" : end };
}
