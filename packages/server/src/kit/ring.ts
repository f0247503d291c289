/**
 * The newest `limit` items in order. Grows with its content: an almost empty ring costs almost nothing, whatever its
 * limit.
 */
export class Ring<T> {
  #items: T[] = [];
  /** Where the oldest item is once the ring is full; 0 until then. */
  #head = 0;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#items.length;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Keeps the newest items that fit the new limit. */
  set limit(limit: number) {
    if (limit === this.#limit) return;
    const items = [...this.#items.slice(this.#head), ...this.#items.slice(0, this.#head)];
    this.#items = items.slice(Math.max(0, items.length - limit));
    this.#head = 0;
    this.#limit = limit;
  }

  /** Counted from the oldest item. */
  at(index: number): T | undefined {
    const length = this.#items.length;
    if (index < 0 || index >= length) return undefined;
    const slot = this.#head + index;
    return this.#items[slot < length ? slot : slot - length];
  }

  push(item: T): void {
    if (this.#items.length < this.#limit) {
      this.#items.push(item);
    } else if (this.#limit > 0) {
      this.#items[this.#head] = item;
      this.#head = this.#head + 1 === this.#limit ? 0 : this.#head + 1;
    }
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
