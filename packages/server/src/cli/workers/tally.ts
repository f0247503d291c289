import { lastingFamilies, type MetricFamily, mergeFamilies } from "../../observe/index.ts";

/** The figures of all workers together. What a worker had counted before it ended stays counted. */
export interface Tally {
  /** The latest figures of a worker. */
  note(worker: number, figures: unknown): void;
  /** The worker has ended. */
  close(worker: number): void;
  restarted(): void;
  total(running: number): readonly MetricFamily[];
}

export function createTally(): Tally {
  const latest = new Map<number, readonly MetricFamily[]>();
  let past: readonly MetricFamily[] = [];
  let restarts = 0;

  const own = (running: number): readonly MetricFamily[] => [
    {
      name: "altavoz_workers",
      help: "Processes that serve together.",
      type: "gauge",
      merge: "sum",
      samples: [["altavoz_workers", running]],
    },
    {
      name: "altavoz_worker_restarts_total",
      help: "Workers that ended by themselves and were started again.",
      type: "counter",
      merge: "sum",
      samples: [["altavoz_worker_restarts_total", restarts]],
    },
  ];

  return {
    note(worker, figures) {
      if (Array.isArray(figures)) latest.set(worker, figures);
    },

    close(worker) {
      const last = latest.get(worker);
      latest.delete(worker);
      if (last) past = mergeFamilies([past, lastingFamilies(last)]);
    },

    restarted() {
      restarts++;
    },

    // The living first: their families come in the usual order.
    total: (running) => [...mergeFamilies([...latest.values(), past]), ...own(running)],
  };
}
