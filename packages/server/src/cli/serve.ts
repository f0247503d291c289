import { rmSync, writeFileSync } from "node:fs";
import type { RunningServer, StartOptions } from "../compose.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { version } from "../version.ts";
import {
  type Command,
  createCommand,
  type ExitCode,
  type ParentLink,
  type Signals,
  type Terminal,
  UsageError,
} from "./command.ts";
import { configFlag, loadSettings } from "./load-settings.ts";
import { openLog } from "./open-log.ts";
import { untilStopped } from "./until-stopped.ts";
import { type Place, readPlace, workerFlags } from "./workers/place.ts";
import { createWorkers, readCount } from "./workers/serve-workers.ts";
import { createWorkerSide } from "./workers/worker-side.ts";

type Server = Pick<RunningServer, "url" | "figures" | "ailment" | "stop">;
export type StartServer = (config: Config, options: Pick<StartOptions, "log" | "siblings">) => Promise<Server>;

/** Flags that set an option of the configuration. */
const optionFlags = [
  ["port", "http_server.port"],
  ["address", "http_server.address"],
  ["log-level", "log.level"],
] as const;

export const createServeCommand = (start: StartServer): Command =>
  createCommand({
    name: "serve",
    about: "run the server until SIGTERM or Ctrl+C",
    args: {
      config: configFlag,
      port: { type: "string", alias: "p", valueHint: "N", description: "instead of http_server.port" },
      address: { type: "string", alias: "a", valueHint: "ADDRESS", description: "instead of http_server.address" },
      "log-level": { type: "string", valueHint: "LEVEL", description: "instead of log.level" },
      workers: {
        type: "string",
        alias: "w",
        valueHint: "N",
        description: "processes on one port, with Redis between them",
      },
      worker: { type: "string", valueHint: "K/N", description: "given by --workers to each of its processes" },
    },
    async run(args, terminal) {
      const flags: Record<string, string> = {};
      for (const [flag, option] of optionFlags) {
        const value = args[flag];
        if (value !== undefined) flags[option] = value;
      }
      const { parent } = terminal;
      const work = args.worker !== undefined && parent ? { parent, place: readPlace(args.worker) } : undefined;
      const { config, warnings } = loadSettings(args.config, flags);
      const code = work
        ? await serveAsWorker(start, { ...work, args, flags, config, terminal })
        : await serveAlone(start, { args, config, warnings, terminal });
      terminal.exit(code);
      return code;
    },
  });

interface Args {
  readonly config?: string | undefined;
  readonly workers?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: string | undefined;
  readonly "log-level"?: string | undefined;
}

interface Alone {
  readonly args: Args;
  readonly config: Config;
  readonly warnings: readonly string[];
  readonly terminal: Terminal;
}

/** The process that the operator has started: it serves, or has workers that do. */
async function serveAlone(start: StartServer, { args, config, warnings, terminal }: Alone): Promise<ExitCode> {
  const log = openLog(config, terminal);
  for (const warning of warnings) log.warn(warning);
  const starting: Promise<Servable> =
    args.workers === undefined ? start(config, { log }) : startWorkers(args, config, log);
  const server = await starting.catch((error: unknown) => {
    throw error instanceof UsageError || error instanceof ConfigError ? error : withAdvice(error);
  });
  return serve(server, config, { log, signals: terminal.signals });
}

/** The parent itself needs a moment more than its workers. */
const PARENT_MARGIN_MS = 5_000;

async function startWorkers(args: Args, config: Config, log: Log): Promise<Servable> {
  const count = readCount(args.workers ?? "");
  const words = (["config", "address", "port", "log-level"] as const).flatMap((flag) => {
    const value = args[flag];
    return value === undefined ? [] : [`--${flag}`, value];
  });
  const workers = await createWorkers({ count, config, words, clock: systemClock, log });
  return {
    url: await workers.start(),
    beside: { workers: count },
    extraMs: PARENT_MARGIN_MS,
    async stop() {
      if (!(await workers.stop())) throw new Error("a worker did not leave in order");
    },
    abort: () => workers.kill(),
  };
}

interface Work extends Omit<Alone, "warnings"> {
  readonly parent: ParentLink;
  readonly place: Place;
  readonly flags: Readonly<Record<string, string>>;
}

/** One of several processes on one port. Its parent keeps the log. */
async function serveAsWorker(start: StartServer, work: Work): Promise<ExitCode> {
  const { parent, place, args, flags, terminal } = work;
  const { config } = loadSettings(args.config, { ...flags, ...workerFlags(work.config, place) });
  const log = openLog(config, terminal);
  const side = createWorkerSide({ parent, signals: terminal.signals, clock: systemClock });
  const server = await start(config, { log, siblings: side.siblings });
  const timeoutMs = config.shutdown.timeout;
  const ended = untilStopped(() => server.stop(), { signals: side.signals, timeoutMs, clock: systemClock, log });
  side.ready(server);
  const code = await ended;
  await side.finished();
  return code;
}

function withAdvice(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const advice = /in use|EADDRINUSE/i.test(message) ? '\n"altavoz serve --port N" takes another port.' : "";
  return new Error(`Altavoz could not start: ${message}${advice}`, { cause: error });
}

/** A server, or workers that together are one. */
interface Servable extends Pick<Server, "url" | "stop"> {
  /** For the line that says it is ready. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Granted to the stop besides shutdown.timeout. */
  readonly extraMs?: number;
  /** Ends at once what has not stopped in time. */
  abort?(): void;
}

interface Surroundings {
  readonly log: Log;
  readonly signals: Signals;
}

async function serve(server: Servable, config: Config, { log, signals }: Surroundings): Promise<ExitCode> {
  const { pid_file: pidFile, shutdown } = config;
  if (pidFile) {
    try {
      writeFileSync(pidFile, `${process.pid}\n`);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }
  try {
    const stop = (): Promise<void> => server.stop();
    // Listens for signals before it says that it is ready: who waits for that line may send one at once.
    const timeoutMs = shutdown.timeout + (server.extraMs ?? 0);
    const ended = untilStopped(stop, { signals, timeoutMs, clock: systemClock, log });
    log.info(`Altavoz ${version} is ready at ${server.url}`, { ...endpoints(config, server.url), ...server.beside });
    return await ended;
  } finally {
    server.abort?.();
    if (pidFile) rmSync(pidFile, { force: true });
  }
}

function endpoints({ websocket, http_api: api }: Config, url: string): Record<string, string> {
  const base = url.replace(/\/$/, "");
  return {
    ...(websocket.disabled ? {} : { websocket: base.replace(/^http/, "ws") + websocket.handler_prefix }),
    ...(api.disabled ? {} : { api: base + api.handler_prefix }),
  };
}
