/** What became of all publications at all members of a swarm, by the offsets that arrived. */
export interface Account {
  /** Publications that arrived, each once. */
  readonly delivered: number;
  /** Of these, in the answer to a subscription that was recovered. */
  readonly recovered: number;
  /** Did not arrive, though the member was never told that it cannot continue. */
  readonly lost: number;
  readonly duplicated: number;
  /** Arrived after a later one. */
  readonly reordered: number;
  /** Times that a member was told to start anew. */
  readonly told: number;
}

/** Members are numbers from 0; each follows one channel. */
export class Accountant {
  /** The highest offset of each; -1 before it follows its channel. */
  readonly #last: Int32Array;
  /** Offsets below the highest that have not arrived; few, if all is well. */
  readonly #missing = new Map<number, Set<number>>();
  #delivered = 0;
  #recovered = 0;
  #duplicated = 0;
  #reordered = 0;
  #told = 0;

  constructor(members: number) {
    this.#last = new Int32Array(members).fill(-1);
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** From where a member that comes back can continue; absent when it has never followed its channel. */
  position(member: number): number | undefined {
    const last = this.#last[member] ?? -1;
    return last < 0 ? undefined : last;
  }

  /** The member follows its channel from behind this offset, and knows that it does not have what was before. */
  begin(member: number, offset: number): void {
    if (this.position(member) !== undefined) this.#told++;
    this.#missing.delete(member);
    this.#last[member] = offset;
  }

  arrived(member: number, offset: number, how: "live" | "recovered"): void {
    const last = this.#last[member] ?? -1;
    if (offset > last) {
      for (let skipped = last + 1; skipped < offset; skipped++) this.#miss(member, skipped);
      this.#last[member] = offset;
    } else if (this.#missing.get(member)?.delete(offset)) {
      this.#reordered++;
    } else {
      this.#duplicated++;
      return;
    }
    this.#delivered++;
    if (how === "recovered") this.#recovered++;
  }

  /** Held against the highest offset of every member's channel. */
  close(topOf: (member: number) => number): Account {
    let lost = 0;
    for (const missing of this.#missing.values()) lost += missing.size;
    for (const [member, last] of this.#last.entries()) if (last >= 0) lost += Math.max(0, topOf(member) - last);
    return {
      delivered: this.#delivered,
      recovered: this.#recovered,
      lost,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      told: this.#told,
    };
  }

  #miss(member: number, offset: number): void {
    const missing = this.#missing.get(member) ?? new Set();
    this.#missing.set(member, missing);
    missing.add(offset);
  }
}

/** Of several swarms together. */
export function addAccounts(accounts: readonly Account[]): Account {
  const sum = (of: (account: Account) => number) => accounts.reduce((total, account) => total + of(account), 0);
  return {
    delivered: sum(({ delivered }) => delivered),
    recovered: sum(({ recovered }) => recovered),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    told: sum(({ told }) => told),
  };
}
