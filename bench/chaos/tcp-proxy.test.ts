import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { createVirtualClock } from "../../packages/server/src/testing.ts";
import { createTcpProxy, type ProxyClock, type TcpProxy } from "./tcp-proxy.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Listening {
  readonly address: { readonly host: string; readonly port: number };
  /** The next connection that it accepts. */
  accepted(): Promise<Socket>;
}

async function listen(): Promise<Listening> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endings.push(() => server.close());
  return {
    address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    async accepted() {
      const [socket] = (await once(server, "connection")) as [Socket];
      socket.on("error", () => {});
      endings.push(() => socket.destroy());
      return socket;
    },
  };
}

async function dial(proxy: TcpProxy): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  socket.on("error", () => {});
  endings.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** A client, a server and the proxy between them, whose time stands still unless it is moved. */
async function connection() {
  const clock = createVirtualClock();
  const target = await listen();
  const proxy = await createTcpProxy({ targets: () => [target.address], clock, random: () => 1 });
  endings.push(() => proxy.close());
  const accepting = target.accepted();
  const client = await dial(proxy);
  return { clock, proxy, target, client, server: await accepting };
}

/** Also when it breaks. */
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));

/** So many bytes of the other side, as text. */
async function receive(socket: Socket, length: number): Promise<string> {
  let text = "";
  while (text.length < length) text += String((await once(socket, "data"))[0]);
  return text;
}

/** Nudges the proxy once in each turn of the event loop, until what is under way on the machine's loopback has arrived. */
async function until(arrived: () => boolean, nudge: () => void): Promise<void> {
  for (; !arrived(); nudge()) await new Promise((resolve) => setImmediate(resolve));
}

/** Time passes at once, and of several tasks that are due the youngest runs first. */
function createUnfairClock(): { readonly clock: ProxyClock; readonly runDue: () => void } {
  const tasks: (() => void)[] = [];
  let now = 0;
  const after = (_: number, task: () => void): (() => void) => {
    tasks.push(task);
    return () => void (tasks.includes(task) && tasks.splice(tasks.indexOf(task), 1));
  };
  const runDue = (): void => {
    now += 1_000;
    for (let task = tasks.pop(); task; task = tasks.pop()) task();
  };
  return { clock: { monotonic: () => now, after }, runDue };
}

describe("the TCP proxy", () => {
  it("passes bytes and their end on in both directions", async () => {
    const { client, server } = await connection();
    const over = new Promise((resolve) => server.once("end", resolve));
    const asked = receive(server, 8);
    client.end("question");
    assert.equal(await asked, "question");
    await over;
    server.end("answer");
    assert.equal(await receive(client, 6), "answer");
  });

  it("delays one direction by the time it was told and no less, while the other one is free", async () => {
    const { clock, proxy, client, server } = await connection();
    proxy.impose({ up: { delayMs: 70, jitterMs: 30 } });
    let heard = "";
    server.on("data", (chunk) => {
      heard += String(chunk);
    });
    client.write("slow");
    // What the server sends meanwhile arrives at once: by then the client's bytes have been read too.
    for (const word of ["a", "b", "c"]) {
      server.write(word);
      assert.equal(await receive(client, 1), word);
    }
    clock.advance(99);
    server.write("d");
    await receive(client, 1);
    assert.equal(heard, "");
    await until(
      () => heard !== "",
      () => clock.advance(1),
    );
    assert.equal(heard, "slow");
  });

  it("keeps the order of bytes when the delay shrinks", async () => {
    const { clock, proxy, client, server } = await connection();
    proxy.impose({ up: { delayMs: 1_000 } });
    client.write("1");
    server.write("x");
    await receive(client, 1);
    proxy.impose({});
    client.write("2");
    server.write("y");
    await receive(client, 1);
    const received = receive(server, 2);
    clock.advance(1_000);
    await until(
      () => server.bytesRead === 2,
      () => clock.advance(1),
    );
    assert.equal(await received, "12");
  });

  it("keeps the order of bytes even when timers that are due together run in any order", async () => {
    const target = await listen();
    const { clock, runDue } = createUnfairClock();
    const delays = [0.9, 0.5, 0.1];
    const proxy = await createTcpProxy({ targets: () => [target.address], clock, random: () => delays.shift() ?? 0 });
    endings.push(() => proxy.close());
    const accepting = target.accepted();
    const client = await dial(proxy);
    const server = await accepting;
    proxy.impose({ up: { jitterMs: 100 } });
    for (const word of ["1", "2", "3"]) {
      client.write(word);
      // What comes back tells that the proxy has read what went before.
      server.write(word);
      await receive(client, 1);
    }
    const received = receive(server, 3);
    await until(() => server.bytesRead === 3, runDue);
    assert.equal(await received, "123");
  });

  it("lets no more through than the bandwidth allows", async () => {
    const { clock, proxy, client, server } = await connection();
    proxy.impose({ down: { bytesPerSecond: 1_000 } });
    server.write("x".repeat(2_000));
    client.write("!");
    await receive(server, 1);
    for (const second of [1, 2]) {
      const most = second * 1_000;
      // The piece of a whole second is what may arrive within that second, however the timers fall.
      clock.advance(1_000);
      assert.ok(client.bytesRead <= most, `${client.bytesRead} bytes after ${second} s`);
    }
    await until(
      () => client.bytesRead === 2_000,
      () => clock.advance(100),
    );
  });

  it("swallows bytes and goodbyes without a word while it is a black hole, and cuts what it robbed afterwards", async () => {
    const { proxy, client, server } = await connection();
    proxy.impose({ up: { blackHole: true } });
    client.write("gone");
    server.write("still here");
    assert.equal(await receive(client, 10), "still here");
    assert.equal(server.bytesRead, 0);
    assert.equal(proxy.size, 1);
    const cut = closed(server);
    await until(
      () => proxy.size === 0,
      () => proxy.clear(),
    );
    await cut;
  });

  it("cuts connections that are open, refuses new ones, and takes them again", async () => {
    const { proxy, target, client, server } = await connection();
    const both = Promise.all([closed(client), closed(server)]);
    proxy.refuse(true);
    proxy.cut();
    await both;
    const refused = connect({ host: proxy.host, port: proxy.port });
    refused.on("error", () => {});
    await closed(refused);
    proxy.refuse(false);
    const accepting = target.accepted();
    const again = await dial(proxy);
    again.write("back");
    assert.equal(await receive(await accepting, 4), "back");
  });

  it("takes the next target when the first one does not accept", async () => {
    const gone = await listen();
    for (const end of endings.splice(0)) await end();
    const target = await listen();
    const proxy = await createTcpProxy({ targets: () => [gone.address, target.address] });
    endings.push(() => proxy.close());
    const accepting = target.accepted();
    const client = await dial(proxy);
    client.write("hello");
    assert.equal(await receive(await accepting, 5), "hello");
  });
});
