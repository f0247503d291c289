import assert from "node:assert/strict";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { io as connect } from "socket.io-client";
import { WebSocket, WebSocketServer } from "ws";
import { signRaw } from "./auth/token.fixture.ts";
import { WebSocketService, type WebSocketServiceOptions } from "./websocket-service.ts";

const secret = "s";

interface Mounted {
  readonly httpServer: HttpServer;
  readonly service: WebSocketService;
  readonly url: string;
}

/** A service on a server that answers "the owner's" to whatever is asked, and has a WebSocket of its own at /own. */
async function withOwner(
  { addedLater, ...options }: WebSocketServiceOptions & { addedLater: boolean },
  test: (mounted: Mounted) => Promise<void>,
): Promise<void> {
  const httpServer = createServer();
  const addOwners = (): WebSocketServer => {
    httpServer.on("request", (_, response) => response.end("the owner's"));
    return new WebSocketServer({ server: httpServer, path: "/own" }).on("connection", (socket) => {
      socket.on("message", (data) => socket.send(`own ${data}`));
    });
  };
  let own = addedLater ? undefined : addOwners();
  const service = new WebSocketService(httpServer, { redis: false, jwt: { secret }, ...options });
  service.setupEventHandlers();
  own ??= addOwners();
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
    await test({ httpServer, service, url });
  } finally {
    await service.close();
    for (const socket of own.clients) socket.terminate();
    httpServer.closeAllConnections();
    await new Promise((resolve) => httpServer.close(resolve));
  }
}

async function echo(url: string): Promise<string> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/own`);
  const answered = new Promise<string>((resolve, reject) => {
    socket.on("message", (data) => resolve(String(data)));
    socket.on("error", reject);
  });
  socket.on("open", () => socket.send("hi"));
  try {
    return await answered;
  } finally {
    socket.terminate();
  }
}

async function reachesService(url: string, transports: ("polling" | "websocket")[]): Promise<void> {
  const socket = connect(url, {
    transports,
    reconnection: false,
    forceNew: true,
    auth: { token: signRaw({ sub: "ana" }, { secret }) },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on("authenticated", () => resolve());
      socket.on("connect_error", reject);
    });
  } finally {
    socket.disconnect();
  }
}

const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

describe("a WebSocketService on a server with other work", () => {
  for (const addedLater of [false, true]) {
    it(`leaves requests and WebSockets of listeners added ${addedLater ? "after" : "before"} it to them`, () =>
      withOwner({ addedLater }, async ({ url }) => {
        assert.equal(await textOf(`${url}/anything`), "the owner's");
        assert.equal(await textOf(`${url}/socket.iou`), "the owner's");
        assert.equal(await echo(url), "own hi");
        await reachesService(url, ["websocket"]);
        await reachesService(url, ["polling"]);
      }));
  }

  it("goes without a trace, and the server goes on", () =>
    withOwner({ addedLater: false }, async ({ httpServer, service, url }) => {
      await reachesService(url, ["websocket"]);
      await service.close();
      await service.close();
      assert.equal(httpServer.listening, true);
      assert.equal(httpServer.emit, createServer().emit);
      assert.equal(httpServer.listenerCount("upgrade"), 1);
      assert.equal(await textOf(`${url}/socket.io/?EIO=4&transport=polling`), "the owner's");
      assert.equal(await echo(url), "own hi");
    }));

  it("can be closed before it was ever used", async () => {
    const httpServer = createServer();
    const { emit } = httpServer;
    await new WebSocketService(httpServer, { redis: false, jwt: { secret } }).close();
    assert.equal(httpServer.emit, emit);
  });

  it("answers an upgrade that nobody wants, so that it does not hang", async () => {
    const httpServer = createServer((_, response) => response.end("the owner's"));
    const service = new WebSocketService(httpServer, { redis: false, jwt: { secret } });
    await service.initialize();
    await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
    const socket = new WebSocket(`ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}/nowhere`);
    const error = await new Promise<Error>((resolve) => socket.on("error", resolve));
    assert.match(error.message, /404/);
    await service.close();
    await new Promise((resolve) => httpServer.close(resolve));
  });

  it("leaves health and figures to the owner unless it is told where to answer", () =>
    withOwner({ addedLater: false }, async ({ url }) => {
      assert.equal(await textOf(`${url}/api/ws/health`), "the owner's");
    }));

  it("answers its health to everybody, and its figures to whoever has the key", () =>
    withOwner({ addedLater: false, httpPrefix: "/api/ws", adminKey: "key" }, async ({ url }) => {
      const health = await fetch(`${url}/api/ws/health`);
      const { status } = health;
      const body = (await health.json()) as { healthy: boolean; redis: string };
      assert.equal(status, body.healthy ? 200 : 503);
      assert.equal(body.redis, "disabled");
      const stats = (key?: string): Promise<Response> =>
        fetch(`${url}/api/ws/stats`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } });
      assert.equal((await stats()).status, 401);
      assert.equal((await stats("kex")).status, 401);
      assert.equal(((await (await stats("key")).json()) as { scope: string }).scope, "node");
      assert.equal(await textOf(`${url}/api/ws/other`), "the owner's");
    }));
});
