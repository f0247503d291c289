import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ProfileName, profileFile, readProfile } from "./profile.ts";
import { createRemote } from "./remote.ts";
import type { Place, Subject } from "./subject.ts";

type Runtime = "bun" | "node";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PROGRAMS: Readonly<Record<Runtime, string>> = { bun: `${ROOT}node_modules/.bin/bun`, node: process.execPath };
/** A dead one is noticed at once; this is for one that says nothing on a machine with much else to do. */
const START_LIMIT_MS = 90_000;
/** More than `shutdown.timeout`, by which it ends in any case. */
const STOP_LIMIT_MS = 45_000;

interface OwnSubject extends Subject {
  readonly pid: number;
}

interface OwnPlace extends Place {
  open(profile: ProfileName, port?: number): Promise<OwnSubject>;
}

type Environment = Readonly<Record<string, string>>;

/** Our server in a process of its own, on one of its runtimes and a free port; options of its environment win. */
export const ownServer = (runtime: Runtime, options: Environment = {}): OwnPlace => ({
  name: `Altavoz on ${runtime}`,
  foreign: false,
  declines: () => undefined,
  open: (profile, port = 0) => startServer(runtime, profile, { ...options, ALTAVOZ_HTTP_SERVER_PORT: String(port) }),
});

async function startServer(runtime: Runtime, profile: ProfileName, options: Environment): Promise<OwnSubject> {
  const args = ["packages/server/src/main.ts", "serve", "--config", profileFile(profile)];
  const env = { ...process.env, ...options, NODE_TEST_CONTEXT: undefined };
  const child = spawn(PROGRAMS[runtime], args, { cwd: ROOT, env, stdio: ["ignore", "ignore", "pipe"] });
  const log = followLog(child);
  const { client, http_api } = readProfile(profile);
  const remote = createRemote({ url: await log.ready, hmacSecret: client.token.hmac_secret_key, apiKey: http_api.key });
  let stopped: Promise<void> | undefined;
  const died = new Promise<never>((_, reject) => {
    child.once("close", (code, signal) => {
      if (!stopped)
        reject(new Error(`the server ended by itself with ${code ?? signal}\n${log.errors.slice(0, 20).join("\n")}`));
    });
  });
  died.catch(() => {});
  return {
    ...remote,
    died,
    pid: child.pid ?? 0,
    // A second signal would end it at once, without a word to its clients.
    stop: () => (stopped ??= end(child, log)),
  };
}

async function end(child: ChildProcess, { errors }: FollowedLog): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, "close");
    child.kill("SIGTERM");
    const tooLate = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
    await closed;
    clearTimeout(tooLate);
  }
  if (errors.length > 0)
    throw new Error(`the server logged ${errors.length} errors:\n${errors.slice(0, 20).join("\n")}`);
  if (child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`);
}

interface FollowedLog {
  /** Where it listens. */
  readonly ready: Promise<string>;
  /** Lines that an operator would worry about. */
  readonly errors: readonly string[];
}

function followLog(child: ChildProcess): FollowedLog {
  const errors: string[] = [];
  const { stderr } = child;
  if (!stderr) throw new Error("the server was started without its log");
  const ready = new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the server did not start: ${why}\n${errors.join("\n")}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail("no sign of life");
    }, START_LIMIT_MS);
    createInterface({ input: stderr }).on("line", (line) => {
      const url = /is ready at (https?:\/\/[^\s"]+)/.exec(line)?.[1];
      if (url) {
        clearTimeout(timer);
        resolve(url);
      } else if (!/^\{.*"level":"(debug|info|warn)"/.test(line)) errors.push(line);
    });
    child.once("close", (code) => fail(`exit code ${code}`));
    child.once("close", () => clearTimeout(timer));
  });
  return { ready, errors };
}
