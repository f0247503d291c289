import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../../packages/server/src/engines/redis/processes/free-port.fixture.ts";
import {
  type GuardedProcess,
  startGuardedProcess,
} from "../../packages/server/src/engines/redis/processes/guarded-process.fixture.ts";
import { inFolder } from "../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import type { Address } from "./tcp-proxy.ts";

export type Runtime = "bun" | "node";

/** One hub in a process of its own. Its port stays, whatever happens to the process. */
export interface ServerNode extends Address {
  readonly name: string;
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has gone by itself. */
  stop(): Promise<void>;
  /** Starts the process again, once it is gone. */
  start(): Promise<void>;
  /** What the log has of warnings and errors since the last start. */
  complaints(): readonly string[];
}

export interface ServerNodeOptions {
  readonly name: string;
  readonly runtime: Runtime;
  /** In the form of a configuration file, without the port. */
  readonly config: Readonly<Record<string, unknown>>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = `${ROOT}packages/server/src/main.ts`;
const HOST = "127.0.0.1";
const QUIET = /"level":"(trace|debug|info)"/;

export function startServerNode({ name, runtime, config }: ServerNodeOptions): Promise<ServerNode> {
  return inFolder(async (folder) => {
    const port = await findFreePort();
    const file = join(folder, "config.json");
    await writeFile(file, JSON.stringify({ ...config, http_server: { address: HOST, port } }));
    const start = async (): Promise<GuardedProcess> => {
      const started = await startGuardedProcess(
        `${ROOT}node_modules/.bin/${runtime}`,
        [MAIN, "serve", "--config", file],
        folder,
      );
      await started.found((lines) => lines.find((line) => line.includes("is ready at")));
      return started;
    };
    let running = await start();
    return {
      name,
      host: HOST,
      port,
      url: `http://${HOST}:${port}`,
      kill: () => running.end("SIGKILL"),
      stop: () => running.end("SIGTERM"),
      async start() {
        running = await start();
      },
      complaints: () =>
        running
          .output()
          .split("\n")
          .filter((line) => line !== "" && !QUIET.test(line)),
    };
  });
}
