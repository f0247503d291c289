import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { hasTaskset, serverCore } from "../measure/cores.ts";
import type { ProbeAnswer, ProbeQuestion } from "../measure/server-probe.ts";
import type { Probe, RunningServer } from "./target.ts";

const root: string = new URL("../../", import.meta.url).pathname;
const probeFile = `${root}bench/measure/server-probe.ts`;
const readyWithinMs = 15_000;

export type Runtime = "bun" | "node";

export interface LaunchOptions {
  readonly runtime: Runtime;
  /** The script, relative to the repository. */
  readonly script: string;
  /** Its arguments, given the port, the key and the secret it has to use. */
  args(settings: ServerSettings): Promise<readonly string[]> | readonly string[];
  /** Absent: on the server's core. */
  readonly pinned?: boolean;
}

export interface ServerSettings {
  readonly port: number;
  readonly apiKey: string;
  readonly hmacSecret: string;
}

export function isBuilt(script: string): boolean {
  return existsSync(root + script);
}

/** Starts a server with the probe loaded, and resolves when `/health` answers. */
export async function launch(options: LaunchOptions): Promise<RunningServer> {
  const settings = { port: await freePort(), apiKey: "bench-api-key", hmacSecret: "bench-secret-of-32-characters-min" };
  const pin = options.pinned !== false && hasTaskset() ? ["taskset", "-c", String(serverCore)] : [];
  const questions = createQuestions();
  const child = Bun.spawn({
    cmd: [...pin, ...runtimeCommand(options.runtime), root + options.script, ...(await options.args(settings))],
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    serialization: "json",
    ipc: (answer: ProbeAnswer) => questions.answered(answer),
  });
  const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);

  const stop = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const died = child.exited.then((code) => {
    throw new Error(`it ended with ${code}`);
  });
  try {
    await Promise.race([ready(settings.port), died]);
  } catch (error) {
    await stop();
    const last = (await output).join("\n").trim().slice(-600);
    throw new Error(
      `${options.script} did not become ready: ${error instanceof Error ? error.message : error}\n${last}`,
    );
  }
  died.catch(() => {});
  const probe = questions.probe((question) => child.send(question));
  return { ...settings, host: "127.0.0.1", pid: child.pid, probe, stop };
}

function runtimeCommand(runtime: Runtime): string[] {
  if (runtime === "bun") return [`${root}node_modules/.bin/bun`, "--preload", probeFile];
  return [`${root}node_modules/.bin/node`, "--expose-gc", "--import", probeFile];
}

/** One question at a time goes to the probe; its next answer belongs to it. */
function createQuestions() {
  let waiting: PromiseWithResolvers<ProbeAnswer> | undefined;
  return {
    answered: (answer: ProbeAnswer) => waiting?.resolve(answer),
    probe(send: (question: ProbeQuestion) => void): Probe {
      const ask = async (question: ProbeQuestion) => {
        waiting = Promise.withResolvers<ProbeAnswer>();
        send(question);
        return (await waiting.promise).value;
      };
      return {
        collectGarbage: async () => void (await ask("collect-garbage")),
        startWatchingLoop: async () => void (await ask("start-watching-loop")),
        longestBlock: () => ask("longest-block"),
      };
    },
  };
}

/** A port that was free a moment ago: a server that reads its port from a file cannot be given port 0. */
async function freePort(): Promise<number> {
  const holder = createServer();
  const listening = Promise.withResolvers<void>();
  holder.listen(0, () => listening.resolve());
  await listening.promise;
  const address = holder.address();
  const closed = Promise.withResolvers<void>();
  holder.close(() => closed.resolve());
  await closed.promise;
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  return address.port;
}

async function ready(port: number): Promise<void> {
  const until = performance.now() + readyWithinMs;
  let last = "nothing";
  while (performance.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { keepalive: false }).catch(() => undefined);
    if (answer?.ok) return;
    if (answer) last = `status ${answer.status}`;
    await Bun.sleep(25);
  }
  throw new Error(`GET /health was answered with ${last} for ${readyWithinMs / 1000} s`);
}
