import { rmSync, writeFileSync } from "node:fs";
import type { RunningServer } from "../compose.ts";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { version } from "../version.ts";
import { type Command, createCommand, type ExitCode, type Terminal } from "./command.ts";
import { configFlag, loadSettings } from "./load-settings.ts";
import { openLog } from "./open-log.ts";
import { untilStopped } from "./until-stopped.ts";

type Server = Pick<RunningServer, "url" | "stop">;
export type StartServer = (config: Config, options: { readonly log: Log }) => Promise<Server>;

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
    },
    async run(args, terminal) {
      const flags: Record<string, string> = {};
      for (const [flag, option] of optionFlags) {
        const value = args[flag];
        if (value !== undefined) flags[option] = value;
      }
      const { config, warnings } = loadSettings(args.config, flags);
      const log = openLog(config, terminal);
      for (const warning of warnings) log.warn(warning);
      const server = await start(config, { log }).catch((error: unknown) => {
        throw withAdvice(error);
      });
      const code = await serve(server, config, { log, terminal });
      terminal.exit(code);
      return code;
    },
  });

function withAdvice(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const advice = /in use|EADDRINUSE/i.test(message) ? '\n"altavoz serve --port N" takes another port.' : "";
  return new Error(`Altavoz could not start: ${message}${advice}`, { cause: error });
}

interface Surroundings {
  readonly log: Log;
  readonly terminal: Terminal;
}

async function serve(server: Server, config: Config, { log, terminal }: Surroundings): Promise<ExitCode> {
  const { pid_file: pidFile, shutdown } = config;
  const { signals } = terminal;
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
    const ended = untilStopped(stop, { signals, timeoutMs: shutdown.timeout, clock: systemClock, log });
    log.info(`Altavoz ${version} is ready at ${server.url}`, endpoints(config, server.url));
    return await ended;
  } finally {
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
