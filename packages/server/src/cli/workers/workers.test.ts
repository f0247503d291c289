import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type RedisServer, startRedisServer } from "../../engines/redis/processes/redis-server.fixture.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const API_KEY = "a-key-of-these-tests";

interface Line {
  readonly level: string;
  readonly message: string;
  readonly worker?: number;
}

/** `altavoz serve` as an operator starts it. */
class Program {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  ended = false;

  constructor(words: readonly string[], runtimeFlags: readonly string[] = []) {
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const args = [...runtimeFlags, MAIN, "serve", ...words];
    this.child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    assert.ok(this.child.stderr);
    createInterface({ input: this.child.stderr }).on("line", (line) => {
      this.lines.push(line.startsWith("{") ? JSON.parse(line) : { level: "text", message: line });
      for (const check of this.#waiting) check();
    });
    this.child.once("close", () => {
      this.ended = true;
      for (const check of this.#waiting) check();
    });
  }

  /** The first line from `from` on that says so. */
  line(pattern: RegExp, from = 0): Promise<Line> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = this.lines.slice(from).find(({ message }) => pattern.test(message));
        if (!found && !this.ended) return;
        this.#waiting.delete(check);
        if (found) resolve(found);
        else reject(new Error(`it ended without ${pattern}:\n${JSON.stringify(this.lines, undefined, 1)}`));
      };
      this.#waiting.add(check);
      check();
    });
  }

  async url(): Promise<string> {
    return /http:\S+/.exec((await this.line(/ is ready at /)).message)?.[0] ?? assert.fail();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (!this.ended) {
      const closed = once(this.child, "close");
      this.child.kill(signal);
      await closed;
    }
    return this.child.exitCode;
  }
}

const folder = mkdtempSync(join(tmpdir(), "altavoz-workers-"));
after(() => rmSync(folder, { recursive: true }));

function configWith(content: object): string {
  const file = join(folder, "workers.json");
  const base = { http_server: { port: 0 }, http_api: { key: API_KEY }, client: { insecure: true } };
  writeFileSync(file, JSON.stringify({ ...base, ...content }));
  return file;
}

describe("several workers", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedisServer();
  });
  after(() => redis.stop());

  const start = (runtimeFlags?: readonly string[]): Program => {
    const engine = { type: "redis", redis: { address: [redis.url] } };
    const config = configWith({ engine, health: { enabled: true }, prometheus: { enabled: true } });
    return new Program(["--config", config, "--workers", "2"], runtimeFlags);
  };

  it("are refused without an engine that they share, and what to set is said", async () => {
    const program = new Program(["--config", configWith({}), "--workers", "2"]);
    const { message } = await program.line(/engine\.type/);
    assert.match(message, /would have channels of its own; set "redis", and engine\.redis\.address/);
    if (!program.ended) await once(program.child, "close");
    assert.equal(program.child.exitCode, 1);
  });

  it("serve one port together, are one in metrics and health, come back after a crash, and leave in order", async () => {
    const program = start();
    try {
      const url = await program.url();
      const api = async (method: string): Promise<Record<string, never>> => {
        const init = { method: "POST", headers: { "x-api-key": API_KEY, connection: "close" }, body: "{}" };
        const reply = (await (await fetch(`${url}/api/${method}`, init)).json()) as { result: Record<string, never> };
        return reply.result;
      };
      const figure = async (name: string): Promise<number> => {
        const text = await (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
        const lines = text.split("\n").filter((line) => line.startsWith(name) && !line.startsWith("#"));
        return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
      };
      const nodes = async (): Promise<readonly { readonly uid: string; readonly num_clients: number }[]> =>
        (await api("info")).nodes ?? [];

      const sockets = await Promise.all(Array.from({ length: 24 }, () => connect(url)));
      assert.equal(await figure("centrifugo_node_num_clients"), 24);
      assert.equal(await figure("centrifugo_client_connections_accepted"), 24);
      assert.equal(await figure("altavoz_workers"), 2);
      assert.equal(await figure("centrifugo_node_num_nodes"), 2);
      assert.equal((await nodes()).length, 2);
      assert.equal((await fetch(`${url}/health`)).status, 200);

      const from = program.lines.length;
      const [victim] = childrenOf(program.child.pid);
      assert.ok(victim);
      process.kill(victim, "SIGKILL");
      await program.line(/ended by itself; it is started again/, from);
      assert.equal((await fetch(`${url}/health`, { headers: { connection: "close" } })).status, 200);
      assert.equal(await figure("centrifugo_client_connections_accepted"), 24, "what was counted stays counted");
      await program.line(/a worker serves again/, from);
      assert.equal(await figure("altavoz_workers"), 2);
      assert.equal(await figure("altavoz_worker_restarts_total"), 1);

      const codes = Promise.all(sockets.map(({ code }) => code));
      assert.equal(await program.stop(), 0);
      assert.deepEqual(new Set(await codes), new Set([1006, 3001]), "the crashed worker's, and those sent away");
    } finally {
      await program.stop("SIGKILL");
    }
  });

  it("end with their parent, however it ends", async () => {
    const { runtimeFlags, allEnded } = heldByAll();
    const program = start(runtimeFlags);
    await program.url();
    assert.equal(childrenOf(program.child.pid).length, 2);
    await program.stop("SIGKILL");
    await allEnded;
  });
});

/** A pipe that each process of a program opens for writing first of all: it ends with the last of them. */
function heldByAll(): { readonly runtimeFlags: readonly string[]; readonly allEnded: Promise<unknown> } {
  const [pipe, opener] = [join(folder, "held"), join(folder, "hold.mjs")];
  execFileSync("mkfifo", [pipe]);
  writeFileSync(opener, `import { openSync } from "node:fs"; openSync(${JSON.stringify(pipe)}, "w");`);
  return { runtimeFlags: ["--import", opener], allEnded: once(createReadStream(pipe).resume(), "end") };
}

interface Socket {
  readonly code: Promise<number>;
}

async function connect(url: string): Promise<Socket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/connection/websocket`);
  const code = new Promise<number>((resolve) => {
    socket.addEventListener("close", (event) => resolve(event.code));
  });
  const replied = once(socket, "message");
  await once(socket, "open");
  socket.send(JSON.stringify({ id: 1, connect: {} }));
  await replied;
  return { code };
}

function childrenOf(pid: number | undefined): readonly number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return listed.split(" ").filter(Boolean).map(Number);
}
