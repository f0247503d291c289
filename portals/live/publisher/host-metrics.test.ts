import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { readHostMetrics } from "../src/hub/host-window.ts";

const PROGRAM = fileURLToPath(new URL("./host-metrics.ts", import.meta.url));

interface Published {
  readonly key: string | undefined;
  readonly body: { readonly channel: string; readonly data: unknown };
}

/** A hub that only takes publications, and can be told to refuse them. */
let server: Server;
let refusing = false;
let waiting: ((published: Published) => void)[] = [];

const nextPublication = (): Promise<Published> => new Promise((resolve) => waiting.push(resolve));

before(async () => {
  let deliveries = 0;
  server = createServer(async (request, response) => {
    if (request.url === "/metrics") {
      deliveries += 100;
      response.end(`altavoz_deliveries_total ${deliveries}\nactive_connections 3\n`);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const key = request.headers["x-api-key"];
    const published = { key: String(key), body: JSON.parse(Buffer.concat(chunks).toString()) };
    response.setHeader("content-type", "application/json");
    response.end(refusing ? '{"error":{"code":103,"message":"permission denied"}}' : '{"result":{"offset":1}}');
    const listeners = waiting;
    waiting = [];
    for (const listener of listeners) listener(published);
  }).listen(0);
  await once(server, "listening");
});

after(() => {
  server.closeAllConnections();
  server.close();
});

describe("host metrics publisher", () => {
  it("publishes what the page understands, says once that the hub refuses, goes on, and ends on SIGTERM", async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const program = spawn(process.execPath, [PROGRAM, "--url", url, "--key", "secret"], {
      stdio: ["ignore", "inherit", "pipe"],
    });
    const ended = once(program, "exit");
    let said = "";
    program.stderr.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    const { key, body } = await nextPublication();
    assert.equal(key, "secret");
    assert.equal(body.channel, "tenant:demo:host");
    const reading = readHostMetrics(body.data);
    assert.ok(reading);
    assert.ok(Math.abs(Date.now() - reading.sentAt) < 60_000);
    assert.ok(reading.metrics.cores.every((share) => share >= 0 && share <= 1));
    assert.equal(reading.metrics.hub.connections, 3);

    refusing = true;
    for (let i = 0; i < 3; i++) await nextPublication();
    refusing = false;
    for (let i = 0; i < 2; i++) await nextPublication();
    program.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 0);
    assert.equal(said.match(/the hub refused: 103 permission denied/g)?.length, 1);
    assert.equal(said.match(/publishing again/g)?.length, 1);
  });
});
