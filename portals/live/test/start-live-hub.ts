import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

export interface LiveHubUnderTest {
  /** Ends with a slash. */
  readonly url: string;
  stop(): Promise<void>;
}

const START = fileURLToPath(new URL("../../../scripts/start.mjs", import.meta.url));
const READY_MS = 60_000;

/** What `npm start` starts, on a free port; or the hub at `ALTAVOZ_LIVE_URL`, which is left running. */
export async function startLiveHub(): Promise<LiveHubUnderTest> {
  const given = process.env.ALTAVOZ_LIVE_URL;
  if (given) return { url: given.endsWith("/") ? given : `${given}/`, stop: async () => {} };
  const child = spawn(process.execPath, [START, "--port", String(await freePort())], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in ${READY_MS} ms:\n${output}`)), READY_MS);
    const read = (chunk: Buffer): void => {
      output += chunk;
      const found = /Altavoz is live:\s+(http:\/\/\S+)/.exec(output)?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(`${found}/`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    ended.then(() => reject(new Error(`ended before it was ready:\n${output}`)), reject);
  });
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
