import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import type { Socket as ServerSocket } from "socket.io";
import { disconnects } from "../../../hub/index.ts";
import { connectRaw } from "../../../listeners/raw-client.contract.ts";
import { collect, createGround, type Ground, type Node, next } from "../socketio-ground.fixture.ts";

const ADDRESS = "/socket.io/?EIO=4";

/** Polling by hand, so that the client may be slow, rude or gone. */
class Poller {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  static async open(node: Node): Promise<Poller> {
    const url = `${node.url}${ADDRESS}&transport=polling`;
    const [terms = ""] = (await (await fetch(url)).text()).split("\x1e");
    const poller = new Poller(`${url}&sid=${JSON.parse(terms.slice(1)).sid}`);
    await poller.post("40");
    await poller.poll();
    return poller;
  }

  get sid(): string {
    return new URL(this.#url).searchParams.get("sid") ?? "";
  }

  post(body: string): Promise<Response> {
    return fetch(this.#url, { method: "POST", body });
  }

  async poll(): Promise<{ status: number; body: string }> {
    const response = await fetch(this.#url);
    return { status: response.status, body: await response.text() };
  }
}

describe("what a client of the engine may do", () => {
  let ground: Ground;
  let node: Node;
  before(async () => {
    ground = createGround();
    node = await ground.node({
      maxBufferedBytes: 256 * 1024,
      engine: { maxQueuedBytes: 256 * 1024, maxHttpBufferSize: 100_000, cookie: "io" },
    });
  });
  after(() => ground.close());

  const arrival = (): Promise<ServerSocket> => new Promise((resolve) => node.io.once("connection", resolve));
  const ended = (socket: ServerSocket): Promise<unknown[]> =>
    new Promise((resolve) => socket.once("disconnect", (...args: unknown[]) => resolve(args)));

  /** Shows that others are served as if nothing had happened. */
  async function assertServed(): Promise<void> {
    const innocent = await ground.join(node);
    const mark = next(innocent, "mark");
    node.io.emit("mark");
    await mark;
    innocent.disconnect();
  }

  it("a WebSocket that does not read is ended with a verdict, and its neighbour gets everything", async () => {
    const neighbour = await ground.join(node, { transports: ["websocket"] });
    const seen = collect(neighbour, "load");
    const arrived = arrival();
    const slow = await connectRaw({ port: Number(new URL(node.url).port), path: `${ADDRESS}&transport=websocket` });
    slow.send("40");
    const end = ended(await arrived);
    let over = false;
    void end.then(() => {
      over = true;
    });
    slow.socket.pause();
    let sent = 0;
    while (!over && sent < 1_000) {
      const arrived = next(neighbour, "load");
      node.io.emit("load", ++sent, "x".repeat(50_000));
      await arrived;
    }
    assert.deepEqual(await end, ["transport error", "the reader is too slow"]);
    assert.equal(seen.length, sent);
    slow.socket.resume();
    await slow.gone();
    assert.equal(slow.closeCode, disconnects.slow.code);
    const numbers = slow.texts.flatMap((text) =>
      text.startsWith('42["load"') ? [Number(/\d+/.exec(text.slice(8))?.[0])] : [],
    );
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      "what it got has no hole",
    );
    neighbour.disconnect();
  });

  it("a client that does not poll is ended with a verdict before its queue grows over its bound", async () => {
    const arrived = arrival();
    const poller = await Poller.open(node);
    const socket = await arrived;
    const end = ended(socket);
    let sent = 0;
    while (socket.connected && sent < 100) socket.emit("load", ++sent, "x".repeat(50_000));
    assert.equal(sent, 6);
    assert.deepEqual(await end, ["transport error", "the reader is too slow"]);
    assert.equal((await poller.poll()).body, "1");
    assert.equal((await poller.poll()).status, 400);
    await assertServed();
  });

  it("a body or a message over the limit ends the connection, and is not read to its end", async () => {
    const arrived = arrival();
    const poller = await Poller.open(node);
    const end = ended(await arrived);
    assert.equal((await poller.post(`4${"x".repeat(100_000)}`)).status, 413);
    assert.equal((await end)[0], "transport error");
    const large = await ground.join(node, { transports: ["websocket"] });
    const gone = next(large, "disconnect");
    large.emit("load", "x".repeat(100_000));
    await gone;
    await assertServed();
  });

  it("what is not of the protocol is refused as official clients know it", async () => {
    const refused = async (query: string, init?: RequestInit): Promise<unknown> => {
      const response = await fetch(`${node.url}/socket.io/?${query}`, init);
      return [response.status, ((await response.json()) as { code: number }).code];
    };
    assert.deepEqual(await refused("EIO=4&transport=carrier-pigeon"), [400, 0]);
    assert.deepEqual(await refused("EIO=4&transport=polling&sid=unknown"), [400, 1]);
    assert.deepEqual(await refused("EIO=4&transport=polling", { method: "POST", body: "40" }), [400, 2]);
    assert.deepEqual(await refused("EIO=3&transport=polling"), [400, 5]);
    const poller = await Poller.open(node);
    const waiting = poller.poll();
    assert.equal((await poller.poll()).status, 400, "a second poll at the same time");
    assert.equal((await waiting).body, "1");
    await assertServed();
  });

  it("a page of another origin gets the headers that its browser asks for, and the cookie for its proxy", async () => {
    const url = `${node.url}${ADDRESS}&transport=polling`;
    const headers = { origin: "https://app.example.com", "access-control-request-headers": "x-own" };
    const asked = await fetch(url, { method: "OPTIONS", headers });
    assert.deepEqual(
      [
        asked.status,
        asked.headers.get("access-control-allow-origin"),
        asked.headers.get("access-control-allow-headers"),
      ],
      [204, "https://app.example.com", "x-own"],
    );
    const opened = await fetch(url, { headers });
    assert.equal(opened.headers.get("access-control-allow-credentials"), "true");
    assert.match(opened.headers.get("set-cookie") ?? "", /^io=[\w-]{24}; Path=\/; HttpOnly/);
  });

  it("an upgrade that is not finished, or comes twice, leaves the polling client as it was", async () => {
    const arrived = arrival();
    const poller = await Poller.open(node);
    const socket = await arrived;
    const path = `${ADDRESS}&transport=websocket&sid=${poller.sid}`;
    const port = Number(new URL(node.url).port);
    const [first, second] = [await connectRaw({ port, path }), await connectRaw({ port, path })];
    await second.gone();
    first.send("2probe");
    await first.received(1);
    assert.deepEqual(first.texts, ["3probe"]);
    first.send("garbage");
    await first.gone();
    socket.emit("still", "here");
    assert.equal((await poller.poll()).body, '42["still","here"]');
  });

  it("a WebSocket that begins an upgrade and says no more is sent away, and its client polls on", async () => {
    const impatient = await ground.node({ engine: { upgradeTimeoutMs: 100 } });
    const arrived = new Promise<ServerSocket>((resolve) => impatient.io.once("connection", resolve));
    const poller = await Poller.open(impatient);
    const path = `${ADDRESS}&transport=websocket&sid=${poller.sid}`;
    const silent = await connectRaw({ port: Number(new URL(impatient.url).port), path });
    silent.send("2probe");
    await silent.gone();
    assert.equal(silent.closeCode, disconnects.stale.code);
    (await arrived).emit("still", "here");
    let body = "";
    while (!body.includes("still")) body += (await poller.poll()).body;
  });

  it("a client that stops answering pings is gone, over every transport", async () => {
    const hasty = await ground.node({ engine: { pingIntervalMs: 100, pingTimeoutMs: 100 } });
    const arrived: ServerSocket[] = [];
    hasty.io.on("connection", (socket) => arrived.push(socket));
    await Poller.open(hasty);
    const silent = await connectRaw({ port: Number(new URL(hasty.url).port), path: `${ADDRESS}&transport=websocket` });
    silent.send("40");
    await silent.gone();
    assert.equal(silent.closeCode, disconnects.noPong.code);
    const [poller] = arrived;
    assert.ok(poller);
    if (poller.connected) assert.equal((await ended(poller))[0], "ping timeout");
  });

  it("nothing that is posted disturbs anybody else", async () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "40",
        "41",
        "42[]",
        '42["a"]',
        "451-[1]",
        "bAAAA",
        "2",
        "3",
        "1",
        "6",
        "0{}",
        "4",
        "\x1e",
        "40/x,",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const poller = await Poller.open(node);
        const { status } = await poller.post(pieces.join("\x1e"));
        assert.ok(status === 200 || status === 400, String(status));
        if (status === 200) await poller.post("1");
      }),
      { numRuns: 100 },
    );
    await assertServed();
  });
});
