import type { Dialect } from "../generator/dialect.ts";

/** One server to be measured. */
export interface Target {
  readonly id: string;
  readonly label: string;
  readonly dialect: Dialect;
  /** Whether publications into `historyChannel` are kept. */
  readonly hasHistory: boolean;
  /** Why it cannot be measured here; absent when it can. */
  unavailable?(): string | undefined;
  /** A fresh process, ready to serve; for an external server, whatever runs there. */
  start(): Promise<RunningServer>;
  /** The same server with every transport and format turned on and pings turned off; absent when it has but one. */
  startWithFormats?(): Promise<RunningServer>;
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  /** Empty: connect without a token. */
  readonly hmacSecret: string;
  /** Absent when the server does not run on this machine: then nothing can be said about its CPU and memory. */
  readonly pid: number | undefined;
  /** Absent when the server was not started by the bench. */
  readonly probe: Probe | undefined;
  stop(): Promise<void>;
}

/** The measuring script that is loaded into every server the bench starts. */
export interface Probe {
  /** Collects garbage, so that memory readings do not depend on when the last collection was. */
  collectGarbage(): Promise<void>;
  startWatchingLoop(): Promise<void>;
  /** The longest time, in ms, that the event loop did not come round since the watch was started. */
  longestBlock(): Promise<number>;
}

export const liveChannel = "bench:live";
export const silentChannel = "bench:silent";
/** For subscribers that ask for deltas; anybody else gets whole publications there. */
export const deltaChannel = "delta:live";
export const historyChannel = "history:silent";
