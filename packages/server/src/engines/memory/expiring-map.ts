/** Something with an end. */
export interface Perishable {
  /** Frees what is past its time; true when nothing is left. */
  expired(now: number): boolean;
}

/** How many old entries each new one pays for: the map stays within a small multiple of what is alive at any rate. */
const SWEPT_PER_INSERTION = 2;

/** A map whose entries end without a timer of their own: on access, and in a sweep that continues where it stopped. */
export class ExpiringMap<K, V extends Perishable> {
  readonly #entries = new Map<K, V>();
  #cursor: MapIterator<[K, V]> = this.#entries.entries();

  get size(): number {
    return this.#entries.size;
  }

  get(key: K, now: number): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined || !value.expired(now)) return value;
    this.#entries.delete(key);
    return undefined;
  }

  /** For a key that is not in the map. */
  add(key: K, value: V, now: number): void {
    this.sweep(now, SWEPT_PER_INSERTION);
    this.#entries.set(key, value);
  }

  /** Looks at no more than `limit` entries and at none twice. */
  sweep(now: number, limit: number): void {
    for (let looked = 0; looked < limit; looked++) {
      const next = this.#cursor.next();
      if (next.done) {
        this.#cursor = this.#entries.entries();
        return;
      }
      const [key, value] = next.value;
      if (value.expired(now)) this.#entries.delete(key);
    }
  }
}
