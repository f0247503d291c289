import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { createExchange, type Exchange, type Message } from "./exchange.ts";
import { createTally, type Tally } from "./tally.ts";

/** One running worker, as the operating system sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  send(message: Message): void;
  kill(): void;
}

export interface WorkerEvents {
  message(message: Message): void;
  /** It has ended. */
  ended(how: Ending): void;
}

export interface Ending {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

export interface SupervisorOptions {
  readonly count: number;
  /** `port` is known once the first worker serves. */
  readonly start: (worker: number, events: WorkerEvents, port: number | undefined) => WorkerProcess;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps a number of workers running. */
export interface Supervisor {
  /** Resolves with the address when all serve. Rejects, and ends all, when one cannot start. */
  start(): Promise<string>;
  /** Lets all leave in order. Whether all of them did. */
  stop(): Promise<boolean>;
  /** Ends all at once. */
  kill(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Who has served for so long starts again without a longer pause than the first. */
const STEADY_MS = 60_000;
const ASK_MS = 4_000;
/** A crash loses no more than what was counted since. */
const COLLECT_MS = 10_000;

interface Worker {
  readonly number: number;
  process: WorkerProcess | undefined;
  exchange: Exchange | undefined;
  ready: boolean;
  startedAt: number;
  pauseMs: number;
}

export const createSupervisor = (options: SupervisorOptions): Supervisor => new Parent(options);

class Parent implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #workers: readonly Worker[];
  readonly #tally: Tally = createTally();
  readonly #started = Promise.withResolvers<string>();
  readonly #ended = Promise.withResolvers<boolean>();
  #url: string | undefined;
  #serving = false;
  #stopping = false;
  #quietly = true;
  #endCollecting = (): void => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#workers = Array.from({ length: options.count }, (_, index) => {
      return { number: index + 1, process: undefined, exchange: undefined, ready: false, startedAt: 0, pauseMs: 0 };
    });
  }

  start(): Promise<string> {
    const [first] = this.#workers;
    if (first) this.#launch(first);
    return this.#started.promise;
  }

  stop(): Promise<boolean> {
    this.#leave();
    for (const { process } of this.#running()) process?.send({ type: "stop" });
    if (this.#running().length === 0) this.#ended.resolve(this.#quietly);
    return this.#ended.promise;
  }

  kill(): void {
    this.#leave();
    for (const { process } of this.#running()) process?.kill();
  }

  #leave(): void {
    this.#stopping = true;
    this.#endCollecting();
  }

  #running(): readonly Worker[] {
    return this.#workers.filter(({ process }) => process !== undefined);
  }

  async #collect(): Promise<void> {
    await Promise.all(
      this.#workers.map(async ({ number, ready, exchange }) => {
        const answered = ready ? await exchange?.ask("figures", ASK_MS) : undefined;
        if (answered) this.#tally.note(number, answered.value);
      }),
    );
  }

  async #figures(): Promise<unknown> {
    await this.#collect();
    return this.#tally.total(this.#workers.filter(({ ready }) => ready).length);
  }

  /** A worker that does not run gets no connections: the kernel gives them to the others. */
  async #ailment(): Promise<string | undefined> {
    const asked = this.#workers.filter(({ ready }) => ready);
    if (this.#stopping) return "the node is shutting down";
    if (asked.length === 0) return "no worker is running";
    const found = await Promise.all(
      asked.map(async ({ exchange }) => {
        const answered = await exchange?.ask("ailment", ASK_MS);
        if (!answered) return "a worker does not answer";
        return typeof answered.value === "string" ? answered.value : undefined;
      }),
    );
    return found.find((each) => each !== undefined);
  }

  #launch(worker: Worker): void {
    const { clock, start } = this.#options;
    worker.startedAt = clock.monotonic();
    const events: WorkerEvents = {
      message: (message) => this.#heard(worker, message),
      ended: (how) => this.#gone(worker, how),
    };
    const process = start(worker.number, events, this.#url === undefined ? undefined : portOf(this.#url));
    worker.process = process;
    worker.exchange = createExchange({
      clock,
      send: (message) => process.send(message),
      answer: (question) => (question === "figures" ? this.#figures() : this.#ailment()),
    });
  }

  #heard(worker: Worker, message: Message): void {
    if (message.type === "ready") this.#becameReady(worker, message.url);
    else if (message.type === "last") this.#tally.note(worker.number, message.figures);
    else worker.exchange?.receive(message);
  }

  #becameReady(worker: Worker, address: string): void {
    const { clock, log } = this.#options;
    worker.ready = true;
    if (this.#url === undefined) {
      // The first one finds the port for all.
      this.#url = address;
      for (const other of this.#workers) if (other !== worker && !this.#stopping) this.#launch(other);
    }
    if (this.#serving) log.info("a worker serves again", { worker: worker.number });
    if (this.#serving || !this.#workers.every(({ ready }) => ready)) return;
    this.#serving = true;
    this.#endCollecting = clock.every(COLLECT_MS, () => void this.#collect());
    this.#started.resolve(this.#url);
  }

  #gone(worker: Worker, how: Ending): void {
    worker.process = undefined;
    worker.exchange = undefined;
    worker.ready = false;
    this.#tally.close(worker.number);
    if (this.#stopping) {
      this.#quietly &&= how.code === 0;
      if (this.#running().length === 0) this.#ended.resolve(this.#quietly);
    } else if (this.#serving) {
      this.#startAgain(worker, how);
    } else {
      this.kill();
      this.#started.reject(new Error(`worker ${worker.number} could not start`));
    }
  }

  #startAgain(worker: Worker, { code, signal }: Ending): void {
    const { clock, log } = this.#options;
    const steady = clock.monotonic() - worker.startedAt >= STEADY_MS;
    worker.pauseMs = steady || worker.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(2 * worker.pauseMs, LONGEST_PAUSE_MS);
    this.#tally.restarted();
    const { number, pauseMs } = worker;
    log.error("a worker has ended by itself; it is started again", { worker: number, code, signal, pauseMs });
    clock.after(pauseMs, () => {
      if (!this.#stopping) this.#launch(worker);
    });
  }
}

const portOf = (url: string): number => Number(new URL(url).port) || (url.startsWith("https:") ? 443 : 80);
