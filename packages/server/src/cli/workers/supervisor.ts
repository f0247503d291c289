import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { createExchange, type Exchange, type Message } from "./exchange.ts";
import { createTally } from "./tally.ts";

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

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { clock, log } = options;
  const tally = createTally();
  const workers = Array.from({ length: options.count }, (_, index): Worker => {
    return { number: index + 1, process: undefined, exchange: undefined, ready: false, startedAt: 0, pauseMs: 0 };
  });
  const started = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<boolean>();
  let url: string | undefined;
  let serving = false;
  let stopping = false;
  let quietly = true;
  let endCollecting = (): void => {};

  const running = (): Worker[] => workers.filter((worker) => worker.process !== undefined);

  async function collect(): Promise<void> {
    await Promise.all(
      workers.map(async ({ number, ready, exchange }) => {
        const answered = ready ? await exchange?.ask("figures", ASK_MS) : undefined;
        if (answered) tally.note(number, answered.value);
      }),
    );
  }

  async function figures(): Promise<unknown> {
    await collect();
    return tally.total(workers.filter(({ ready }) => ready).length);
  }

  /** A worker that does not run gets no connections: the kernel gives them to the others. */
  async function ailment(): Promise<string | undefined> {
    const asked = workers.filter(({ ready }) => ready);
    if (stopping) return "the node is shutting down";
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

  function launch(worker: Worker): void {
    worker.startedAt = clock.monotonic();
    const events: WorkerEvents = {
      message: (message) => heard(worker, message),
      ended: (how) => gone(worker, how),
    };
    const process = options.start(worker.number, events, url === undefined ? undefined : portOf(url));
    worker.process = process;
    worker.exchange = createExchange({
      clock,
      send: (message) => process.send(message),
      answer: (question) => (question === "figures" ? figures() : ailment()),
    });
  }

  function heard(worker: Worker, message: Message): void {
    if (message.type === "ready") becameReady(worker, message.url);
    else if (message.type === "last") tally.note(worker.number, message.figures);
    else worker.exchange?.receive(message);
  }

  function becameReady(worker: Worker, address: string): void {
    worker.ready = true;
    if (url === undefined) {
      // The first one finds the port for all.
      url = address;
      for (const other of workers) if (other !== worker && !stopping) launch(other);
    }
    if (serving) log.info("a worker serves again", { worker: worker.number });
    if (serving || !workers.every(({ ready }) => ready)) return;
    serving = true;
    endCollecting = clock.every(COLLECT_MS, () => void collect());
    started.resolve(url);
  }

  function gone(worker: Worker, how: Ending): void {
    worker.process = undefined;
    worker.exchange = undefined;
    worker.ready = false;
    tally.close(worker.number);
    if (stopping) {
      quietly &&= how.code === 0;
      if (running().length === 0) ended.resolve(quietly);
      return;
    }
    if (!serving) {
      kill();
      started.reject(new Error(`worker ${worker.number} could not start`));
      return;
    }
    const steady = clock.monotonic() - worker.startedAt >= STEADY_MS;
    worker.pauseMs = steady || worker.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(2 * worker.pauseMs, LONGEST_PAUSE_MS);
    tally.restarted();
    log.error("a worker has ended by itself; it is started again", {
      worker: worker.number,
      code: how.code,
      signal: how.signal,
      pauseMs: worker.pauseMs,
    });
    clock.after(worker.pauseMs, () => {
      if (!stopping) launch(worker);
    });
  }

  function kill(): void {
    stopping = true;
    endCollecting();
    for (const { process } of running()) process?.kill();
  }

  return {
    start() {
      const [first] = workers;
      if (first) launch(first);
      return started.promise;
    },

    stop() {
      stopping = true;
      endCollecting();
      for (const { process } of running()) process?.send({ type: "stop" });
      if (running().length === 0) ended.resolve(quietly);
      return ended.promise;
    },

    kill,
  };
}

const portOf = (url: string): number => Number(new URL(url).port) || (url.startsWith("https:") ? 443 : 80);
