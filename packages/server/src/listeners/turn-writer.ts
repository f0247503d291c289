import type { Clock } from "../kit/clock.ts";

/** Something with frames waiting. */
export interface Flushable {
  flush(): void;
}

/**
 * Writes out connections that have frames waiting, so many in each turn of the event loop: what one turn brought for a
 * connection leaves in one write, and many connections do not hold up the loop.
 */
export class TurnWriter {
  readonly #clock: Clock;
  readonly #perTurn: number;
  #waiting: Flushable[] = [];

  constructor(clock: Clock, perTurn: number) {
    this.#clock = clock;
    this.#perTurn = perTurn;
  }

  /** The caller adds a connection again only after it has been flushed. */
  add(connection: Flushable): void {
    if (this.#waiting.push(connection) === 1) this.#clock.nextTurn(() => this.#turn());
  }

  /** Writes out all that wait, at once. */
  flush(): void {
    for (const connection of this.#waiting.splice(0)) connection.flush();
  }

  #turn(): void {
    const batch = this.#waiting.slice(0, this.#perTurn);
    this.#waiting = this.#waiting.slice(this.#perTurn);
    if (this.#waiting.length > 0) this.#clock.nextTurn(() => this.#turn());
    for (const connection of batch) connection.flush();
  }
}
