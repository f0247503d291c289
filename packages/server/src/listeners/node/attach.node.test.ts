import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, before, describe, it } from "node:test";
import type { Listener } from "../../hub/ports/listener.ts";
import { systemClock } from "../../kit/clock.ts";
import { silentLog } from "../../kit/log.ts";
import { connectRaw } from "../raw-client.contract.ts";
import { attachNodeListener } from "./index.ts";

describe("a listener attached to a server of others", () => {
  let server: Server;
  let listener: Listener;
  let port = 0;

  before(async () => {
    server = createServer((_, response) => response.end("the owner's"));
    server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 418 The owner's\r\n\r\n"));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const limits = { maxBufferedBytes: 1_000, maxConnections: 10, trustedProxies: [] };
    listener = attachNodeListener(server, { ...limits, clock: systemClock, log: silentLog });
    const socket = {
      method: "GET",
      path: "/hub/socket",
      handle: () =>
        ({
          kind: "upgrade",
          maxMessageBytes: 100,
          connect(outlet) {
            listener.topics.join(outlet, "t");
            return { message: (data) => outlet.send(data), overflow() {}, closed() {} };
          },
        }) as const,
    } satisfies Parameters<Listener["open"]>[0]["routes"][number];
    const page = {
      method: "GET",
      path: "/hub/*",
      handle: () => ({ kind: "reply", status: 200, body: "ours" }) as const,
    };
    ({ port } = await listener.open({ port: 0, routes: [socket, page] }));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

  it("answers for its own paths and leaves the others to the owner", async () => {
    assert.equal(await get("/hub/page"), "ours");
    assert.equal(await get("/elsewhere"), "the owner's");
    const client = await connectRaw({ port, path: "/hub/socket" });
    client.send("x");
    await client.received(1);
    listener.topics.publish("t", "y");
    await client.received(2);
    client.socket.destroy();
    assert.equal((await connectRaw({ port, path: "/elsewhere" })).status, 418);
  });

  it("leaves the server as it was", async () => {
    const client = await connectRaw({ port, path: "/hub/socket" });
    await listener.drain();
    assert.equal(await get("/hub/page"), "the owner's");
    client.send("x");
    await client.received(1);
    await listener.stop();
    await client.gone();
    assert.equal(server.listenerCount("request"), 1);
    assert.equal(server.listenerCount("upgrade"), 1);
  });
});
