import assert from "node:assert/strict";
import { createServer } from "node:http";
import { it } from "node:test";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { attachToHub, createHubAdapter } from "./socketio.ts";
import { startTestHub, type TestHub } from "./testing.ts";

const channel = "room:lobby";
const LAST = "the end";

interface Listening {
  readonly name: string;
  /** Contents of the publications, in the order in which they came. */
  readonly seen: unknown[];
  readonly complete: Promise<void>;
  close(): void;
}

/** Takes what a client gets; complete with the last one. */
function createBook(): { seen: unknown[]; complete: Promise<void>; note: (data: unknown) => void } {
  const seen: unknown[] = [];
  let finish = (): void => {};
  const complete = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const note = (data: unknown): void => {
    seen.push(data);
    if (data === LAST) finish();
  };
  return { seen, complete, note };
}

async function viaSocketIo(server: TestHub, transport: "polling" | "websocket", tenant?: string): Promise<Listening> {
  const { note, ...book } = createBook();
  const token = await server.token({ user: "ana", ...(tenant ? { tenant } : {}) });
  const socket = connect(server.url, { transports: [transport], forceNew: true, auth: { token } });
  socket.on("publication", ({ data }) => note(data));
  await new Promise((resolve) => socket.once("session", resolve));
  await socket.emitWithAck("subscribe", { channel });
  return { name: `Socket.IO over ${transport}`, ...book, close: () => socket.disconnect() };
}

/** A protocol of JSON frames: `first` opens it, `read` answers each frame and says what it published. */
async function viaFrames(
  name: string,
  url: string,
  dialect: { readonly first: readonly object[]; read(frame: Frame, say: (frame: object) => void): Heard },
): Promise<Listening> {
  const { note, ...book } = createBook();
  const socket = new WebSocket(url);
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  await new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error(`${name}: no connection`));
    socket.onopen = () => dialect.first.forEach(say);
    socket.onmessage = ({ data }) => {
      for (const line of String(data).split("\n")) {
        const heard = dialect.read(JSON.parse(line), say);
        if (heard === "subscribed") resolve();
        else if (heard) note(heard.published);
      }
    };
  });
  return { name, ...book, close: () => socket.close() };
}

type Frame = Readonly<Record<string, unknown>> & {
  readonly push?: { readonly pub?: { readonly data: unknown } };
};
type Heard = "subscribed" | { readonly published: unknown } | undefined;

it("what is published through any door, or by an application's own Socket.IO server, reaches the clients of all in one order", async () => {
  const namespace = { name: "room", allow_subscribe_for_client: true, allow_publish_for_client: true };
  const server = await startTestHub({
    config: {
      socketio: { enabled: true },
      channel: { namespaces: [{ ...namespace, history_size: 100, history_ttl: "10m" }] },
    },
  });
  const token = await server.token({ user: "eva" });
  const centrifugo = await viaFrames("Centrifugo", server.websocketUrl, {
    first: [
      { id: 1, connect: { token } },
      { id: 2, subscribe: { channel } },
    ],
    read: (frame, say) => {
      if (Object.keys(frame).length === 0) say({});
      if (frame.id === 2) return "subscribed";
      return frame.push?.pub ? { published: frame.push.pub.data } : undefined;
    },
  });
  const plain = await viaFrames("plain JSON", `${server.url.replace("http", "ws")}/ws`, {
    first: [
      { type: "auth", token },
      { type: "subscribe", id: 1, channel },
    ],
    read: ({ type, event }) => (type === "ok" ? "subscribed" : type === "event" ? { published: event } : undefined),
  });
  const listening = [centrifugo, plain, await viaSocketIo(server, "websocket"), await viaSocketIo(server, "polling")];
  const stranger = await viaSocketIo(server, "websocket", "acme");

  const http = createServer();
  const io = new Server(http);
  io.adapter(createHubAdapter(server.hub));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  assert.ok(typeof address === "object" && address);
  io.on("connection", (socket) => void socket.join("lobby"));
  const guest: Socket = connect(`http://127.0.0.1:${address.port}`, { forceNew: true });
  const sales = createBook();
  guest.on("sale", sales.note);
  guest.on("publication", ({ data }) => sales.note(data));
  await new Promise<void>((resolve) => guest.once("connect", resolve));

  const publisher = connect(server.url, { forceNew: true, auth: { token } });
  await new Promise((resolve) => publisher.once("session", resolve));
  for (let number = 0; number < 60; number += 3) {
    io.to("lobby").emit("sale", number);
    await Promise.all([
      server.api("publish", { channel, data: number + 1 }),
      publisher.emitWithAck("publish", { channel, data: number + 2 }),
    ]);
  }
  await server.api("publish", { tenant: "acme", channel, data: LAST });
  await stranger.complete;
  await server.api("publish", { channel, data: LAST });
  await Promise.all([sales, ...listening].map(({ complete }) => complete));

  const [first] = listening;
  assert.equal(first?.seen.length, 61);
  for (const { name, seen } of listening) assert.deepEqual(seen, first?.seen, name);
  const numberOf = (data: unknown): unknown =>
    typeof data === "object" && data !== null && "args" in data ? (data.args as unknown[])[0] : data;
  assert.deepEqual(sales.seen, first?.seen.map(numberOf));
  assert.deepEqual(stranger.seen, [LAST]);

  for (const each of [...listening, stranger]) each.close();
  guest.disconnect();
  publisher.disconnect();
  await io.close();
  await server.stop();
});

it("an application's own io is served by the hub's engine on the application's own server, which it gets back", async () => {
  const hub = await startTestHub({ config: { channel: { namespaces: [{ name: "room" }] } } });
  const http = createServer((_, response) => response.end("the owner's"));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  assert.ok(typeof address === "object" && address);
  const url = `http://127.0.0.1:${address.port}`;
  const owners = async (): Promise<string> => (await fetch(`${url}/anything`)).text();

  const io = new Server();
  const detach = attachToHub(io, http, { hub: hub.hub, maxQueuedBytes: 64 * 1024 });
  io.on("connection", (socket) => {
    socket.join("lobby");
    socket.on("hello", (reply) => reply(socket.handshake.headers.authorization));
  });
  const clients = (["websocket", "polling"] as const).map((transport) =>
    connect(url, { transports: [transport], forceNew: true, extraHeaders: { authorization: "Bearer x" } }),
  );
  const books = clients.map((client) => {
    const book = createBook();
    client.on("sale", book.note);
    client.on("publication", ({ data }) => book.note(data));
    return book;
  });
  for (const client of clients) assert.equal(await client.emitWithAck("hello"), "Bearer x");
  assert.equal(await owners(), "the owner's");
  io.to("lobby").emit("sale", 7);
  await hub.api("publish", { channel, data: LAST });
  await Promise.all(books.map(({ complete }) => complete));
  assert.deepEqual(
    books.map(({ seen }) => seen),
    [
      [7, LAST],
      [7, LAST],
    ],
  );

  const [reader] = clients;
  const cut = new Promise((resolve) => reader?.once("disconnect", resolve));
  const socket = [...io.of("/").sockets.values()].find(({ conn }) => conn.transport.name === "polling");
  const tooSlow = new Promise((resolve) => socket?.once("disconnect", (...why) => resolve(why)));
  for (let sent = 0; sent < 8; sent++) socket?.emit("load", "x".repeat(20_000));
  assert.deepEqual(await tooSlow, ["transport error", "the reader is too slow"]);

  await detach();
  await cut;
  assert.equal(await owners(), "the owner's");
  for (const client of clients) client.disconnect();
  await new Promise((resolve) => http.close(resolve));
  await hub.stop();
});
