import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";

const JWT_SECRET = "the secret of the sample";
const WS_ADMIN_KEY = "the key of the operator";
const NODE = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function tokenOf(userId: string): string {
  const signed = `${segment({ alg: "HS256", typ: "JWT" })}.${segment({ userId })}`;
  return `${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}

async function start(sample: string): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const { PATH } = process.env;
  const child = spawn(NODE, [fileURLToPath(new URL(sample, import.meta.url))], {
    env: { PATH, JWT_SECRET, WS_ADMIN_KEY, HTTP_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /^Server running on port (\d+)$/.exec(line) ?? [];
    if (port !== undefined) return { process: child, url: `http://localhost:${port}` };
  }
  throw new Error(`${sample} ended before it listened`);
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

for (const sample of ["express.js", "fastify.js"]) {
  describe(`the sample ${sample}`, () => {
    it("notifies a user, updates a room, shows its health, guards its figures, and ends when told", async () => {
      const { process: child, url } = await start(sample);
      const ended = once(child, "exit");
      const client = io(url, { auth: { token: tokenOf("ana") }, transports: ["websocket"], reconnection: false });
      try {
        const next = (event: string): Promise<Record<string, unknown>> =>
          new Promise((resolve) => client.once(event, resolve));
        await next("authenticated");
        await client.emitWithAck("join-room", { roomId: "branch-7" });
        const update = next("update");
        assert.deepEqual(await post(`${url}/api/inventory/update`, { branchId: 7, item: "coffee", quantity: 2 }), {
          success: true,
        });
        assert.equal((await update).type, "INVENTORY_UPDATE");
        const notification = next("notification");
        assert.deepEqual(await post(`${url}/api/orders/12/complete`, { customerId: "ana" }), { delivered: true });
        assert.equal((await notification).title, "Pedido Completado");
        assert.deepEqual(await post(`${url}/api/orders/12/complete`, { customerId: "nobody" }), { delivered: false });

        const health = await (await fetch(`${url}/api/ws/health`)).json();
        assert.equal((health as { connectedUsers: number }).connectedUsers, 1);
        assert.equal((await fetch(`${url}/api/ws/stats`)).status, 401);
        const headers = { authorization: `Bearer ${WS_ADMIN_KEY}` };
        const stats = await (await fetch(`${url}/api/ws/stats`, { headers })).json();
        assert.equal((stats as { messagesPublished: number }).messagesPublished, 2);
      } finally {
        client.disconnect();
        child.kill("SIGTERM");
      }
      assert.deepEqual(await ended, [0, null]);
    });
  });
}
