import type { Clock } from "../../kit/clock.ts";

/** One piece of work for the sockets of a lane. */
export interface LaneTask {
  run(): void;
  /** How many sockets it writes to. */
  readonly sockets: number;
  readonly bytes: number;
}

/** Bun gathers this many small topic messages per socket before it writes. */
const FLUSH_LIMIT = 32;
/** From this size on Bun writes each message by itself, at once. */
const UNGATHERED_BYTES = 16_384;
/** How many socket writes, at about 12 µs each, one turn of the event loop may cause. */
const WRITES_PER_TURN = 600;

export interface LanesOptions {
  readonly clock: Clock;
  /** Sockets in one lane: what a single turn writes to, at the least. */
  readonly size: number;
  /** Bytes waiting in one lane before it runs at once. */
  readonly maxBytes: number;
}

/**
 * The sockets of a listener in groups, so that a large topic is written group by group, one or few in each turn of the
 * event loop.
 *
 * Promise: everything that concerns a socket goes through its lane and runs in call order; when nothing is waiting
 * it runs at once. Who receives a frame is therefore decided when it is published, however late its turn comes.
 */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes: Lane[] = [];
  #waiting: Lane[] = [];
  #scheduled = false;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Whether any lane has work waiting. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** The lane for a new socket. */
  enter(): Lane {
    let best: Lane | undefined;
    for (const lane of this.#lanes) if (lane.sockets < (best?.sockets ?? this.#options.size)) best = lane;
    if (!best) {
      best = new Lane(this, this.#lanes.length);
      this.#lanes.push(best);
    }
    best.sockets++;
    return best;
  }

  /** Puts a task at the end of a lane, to run in a later turn. */
  later(lane: Lane, task: LaneTask): void {
    if (lane.tasks.length === 0) {
      this.#waiting.push(lane);
      this.#schedule();
    }
    lane.tasks.push(task);
    lane.bytes += task.bytes;
    if (lane.bytes > this.#options.maxBytes) this.#flush(lane);
  }

  /** Runs all that is waiting, now. */
  flush(): void {
    for (const lane of [...this.#waiting]) this.#flush(lane);
  }

  #flush(lane: Lane): void {
    this.#waiting = this.#waiting.filter((other) => other !== lane);
    while (lane.tasks.length > 0) lane.runSome(lane.tasks.length);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.clock.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    let writes = 0;
    while (writes < WRITES_PER_TURN) {
      const lane = this.#waiting.shift();
      if (!lane) return;
      writes += lane.runSome(FLUSH_LIMIT);
      if (lane.tasks.length > 0) this.#waiting.push(lane);
    }
    if (this.#waiting.length > 0) this.#schedule();
  }
}

/** One group of sockets and the work that waits for them. */
export class Lane {
  readonly #lanes: Lanes;
  readonly id: number;
  tasks: LaneTask[] = [];
  sockets = 0;
  bytes = 0;

  constructor(lanes: Lanes, id: number) {
    this.#lanes = lanes;
    this.id = id;
  }

  get busy(): boolean {
    return this.tasks.length > 0;
  }

  /** Runs `task` behind what is waiting; at once when nothing is. */
  inOrder(task: () => void, bytes = 0): void {
    if (this.tasks.length === 0) task();
    else this.#lanes.later(this, { run: task, sockets: 1, bytes });
  }

  leave(): void {
    this.sockets--;
  }

  /** Runs the first `limit` tasks and returns about how many socket writes they cause. */
  runSome(limit: number): number {
    const batch = this.tasks.splice(0, limit);
    let widest = 0;
    let writes = 0;
    for (const task of batch) {
      task.run();
      this.bytes -= task.bytes;
      widest = Math.max(widest, task.sockets);
      writes += task.sockets * (task.bytes >= UNGATHERED_BYTES ? 1 : 1 / FLUSH_LIMIT);
    }
    return widest + writes;
  }
}
