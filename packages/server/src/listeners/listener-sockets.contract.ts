import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer, Route } from "../hub/ports/listener.ts";
import {
  eventually,
  type Fixture,
  type Guest,
  type ListenerFactory,
  nextTurn,
  openFixture,
} from "./fixture.contract.ts";
import type { RawClient } from "./raw-client.contract.ts";

/** One WebSocket, from the handshake to its end. */
export function socketsContract(factory: ListenerFactory): void {
  handshakeContract(factory);
  messagesContract(factory);
  signsOfLifeContract(factory);
  compressionContract(factory);
  endContract(factory);
}

function handshakeContract(factory: ListenerFactory): void {
  describe("a handshake", () => {
    it("that is a plain request gets 400", async () => {
      await using fixture = await openFixture(factory);
      assert.equal((await fetch(`${fixture.url}/socket`)).status, 400);
      assert.equal(fixture.guests.length, 0);
    });

    it("may be answered after an await, or with a reply", async () => {
      const routes: Route[] = [
        {
          method: "GET",
          path: "/late",
          async handle(): Promise<Answer> {
            await nextTurn();
            return { kind: "upgrade", maxMessageBytes: 100, connect: (outlet) => fixture.welcome(outlet) };
          },
        },
        { method: "GET", path: "/no", handle: () => ({ kind: "reply", status: 403, body: "no" }) },
      ];
      await using fixture = await openFixture(factory, { routes });
      const { client } = await fixture.pair({ path: "/late" });
      client.send("echo");
      await client.received(1);
      const refused = await fixture.client({ path: "/no" });
      assert.equal(refused.status, 403);
      assert.equal((await fixture.client({ path: "/nowhere" })).status, 404);
    });

    it("gets the subprotocol that was chosen, or none", async () => {
      const upgrade = (protocol?: string): Route => ({
        method: "GET",
        path: `/${protocol}`,
        handle: () => ({
          kind: "upgrade",
          maxMessageBytes: 100,
          ...(protocol === undefined ? {} : { protocol }),
          headers: { "X-Extra": "yes" },
          connect: (outlet) => fixture.welcome(outlet),
        }),
      });
      await using fixture = await openFixture(factory, { routes: [upgrade(), upgrade("second")] });
      const headers = { "Sec-WebSocket-Protocol": "first, second" };
      const chosen = await fixture.client({ path: "/second", headers });
      assert.equal(chosen.header("sec-websocket-protocol"), "second");
      assert.equal(chosen.header("x-extra"), "yes");
      const none = await fixture.client({ path: "/undefined", headers });
      assert.equal(none.status, 101);
      assert.equal(none.header("sec-websocket-protocol"), undefined);
      assert.equal(none.header("sec-websocket-extensions"), undefined);
    });

    it("whose client has gone meanwhile connects nobody, or somebody who is closed once", async () => {
      const arrived = Promise.withResolvers<void>();
      const proceed = Promise.withResolvers<void>();
      const routes: Route[] = [
        {
          method: "GET",
          path: "/slow",
          async handle(): Promise<Answer> {
            arrived.resolve();
            await proceed.promise;
            return { kind: "upgrade", maxMessageBytes: 100, connect: (outlet) => fixture.welcome(outlet) };
          },
        },
      ];
      await using fixture = await openFixture(factory, { routes });
      const pending = fixture.client({ path: "/slow" });
      await arrived.promise;
      const other = await fixture.client();
      assert.equal(other.status, 101);
      const before = fixture.guests.length;
      proceed.resolve();
      const client = await pending;
      client.socket.destroy();
      await eventually(() => fixture.guests.slice(before).every((guest) => guest.closes.length === 1), "one close");
    });
  });
}

function messagesContract(factory: ListenerFactory): void {
  describe("messages", () => {
    it("go both ways as text and as binary", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      const binary = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
      client.send("hola ñ 🌍");
      client.send(binary);
      client.send("");
      await eventually(() => guest.messages.length === 3, "three messages");
      assert.equal(guest.messages[0], "hola ñ 🌍");
      assert.deepEqual(Uint8Array.from(Buffer.from(guest.messages[1] ?? "")), binary);
      assert.equal(guest.messages[2], "");
      const large = "x".repeat(200_000);
      for (const frame of ["hola ñ 🌍", binary, large, "y".repeat(126)]) guest.outlet.send(frame);
      await client.received(4);
      assert.deepEqual(client.messages, ["hola ñ 🌍", binary, large, "y".repeat(126)]);
    });

    it("may come in fragments with a ping between them", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      client.sendFrame(1, Buffer.from("one "), { final: false });
      client.sendFrame(9, Buffer.from("ping"));
      client.sendFrame(0, Buffer.from("two"));
      await eventually(() => guest.messages.length === 1, "a message");
      assert.equal(guest.messages[0], "one two");
    });

    it("over the limit of their upgrade end the connection with 1009, however they are split", async () => {
      await using fixture = await openFixture(factory, { maxMessageBytes: 1_000 });
      const { client: fits, guest } = await fixture.pair();
      fits.send("x".repeat(1_000));
      await eventually(() => guest.messages.length === 1, "a message");
      fits.send("ñ".repeat(501));
      await fits.gone();
      assert.equal(fits.closeCode, 1009);
      const { client: split, guest: other } = await fixture.pair();
      split.sendFrame(1, Buffer.alloc(600, "x"), { final: false });
      split.sendFrame(0, Buffer.alloc(600, "x"));
      await split.gone();
      assert.equal(split.closeCode, 1009);
      await eventually(() => guest.closes.length + other.closes.length === 2, "two closes");
      assert.equal(guest.messages.length + other.messages.length, 1);
    });

    it("that break the protocol end that connection only", async () => {
      await using fixture = await openFixture(factory);
      const { client: bystander } = await fixture.pair();
      const wrongs: ((client: RawClient) => void)[] = [
        (client) => client.sendFrame(1, Buffer.from([0xc3, 0x28])),
        (client) => client.sendFrame(1, Buffer.from("x"), { masked: false }),
        (client) => client.sendFrame(1, Buffer.from("x"), { reserved: true }),
        (client) => client.sendFrame(3, Buffer.from("x")),
        (client) => client.sendFrame(0, Buffer.from("x")),
        (client) => client.sendFrame(9, Buffer.alloc(126)),
        (client) => client.sendFrame(8, Buffer.from([1])),
        (client) => client.socket.write(Buffer.alloc(4_096, 0xff)),
      ];
      for (const wrong of wrongs) {
        const { client, guest } = await fixture.pair();
        wrong(client);
        await client.gone();
        await eventually(() => guest.closes.length === 1, "a close");
        assert.deepEqual(guest.messages, []);
      }
      bystander.send("echo");
      await bystander.received(1);
    });

    it("that make the door throw end that connection only", async () => {
      const routes: Route[] = [
        {
          method: "GET",
          path: "/fragile",
          handle: () => ({
            kind: "upgrade",
            maxMessageBytes: 100,
            connect(outlet) {
              const guest = fixture.welcome(outlet);
              return {
                message() {
                  throw new Error("fragile");
                },
                overflow: () => guest.overflow(),
                closed: (code, reason) => guest.closed(code, reason),
              };
            },
          }),
        },
      ];
      await using fixture = await openFixture(factory, { routes });
      const { client: bystander } = await fixture.pair();
      const { client, guest } = await fixture.pair({ path: "/fragile" });
      client.send("x");
      await client.gone();
      assert.equal(client.closeCode, 1011);
      await eventually(() => guest.closes.length === 1, "a close");
      bystander.send("echo");
      await bystander.received(1);
    });
  });
}

function signsOfLifeContract(factory: ListenerFactory): void {
  describe("a ping", () => {
    it("is answered by the client's own runtime, and the door is told", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      guest.outlet.ping?.();
      await eventually(() => guest.pongs === 1, "the pong");
      client.send("echo");
      await client.received(1);
      assert.deepEqual(client.messages, ["echo"]);
    });
  });
}

function compressionContract(factory: ListenerFactory): void {
  const MIN_SIZE = 100;
  const text = JSON.stringify({ words: "the same words again, ".repeat(20) });
  const listening = (compress: boolean): Promise<Fixture> => {
    const settings = compress ? { minSize: MIN_SIZE, level: 1 } : undefined;
    const upgrade = { kind: "upgrade", maxMessageBytes: 10_000, compress: settings } as const;
    const routes: Route[] = [
      { method: "GET", path: "/c", handle: () => ({ ...upgrade, connect: (outlet) => fixture.welcome(outlet) }) },
    ];
    let fixture: Fixture;
    return openFixture(factory, { routes, limits: { compression: true } }).then((opened) => {
      fixture = opened;
      return opened;
    });
  };
  const connect = async (fixture: Fixture): Promise<{ client: WebSocket; guest: Guest; heard: unknown[] }> => {
    const client = new WebSocket(`${fixture.url.replace("http", "ws")}/c`);
    const heard: unknown[] = [];
    client.onmessage = ({ data }) => heard.push(data);
    await new Promise((resolve) => {
      client.onopen = resolve;
    });
    const guest = fixture.guests.at(-1);
    assert.ok(guest);
    return { client, guest, heard };
  };

  describe("permessage-deflate", () => {
    for (const compress of [true, false]) {
      it(`${compress ? "is agreed upon" : "is refused"} where the upgrade says so, and messages arrive whole`, async () => {
        await using fixture = await listening(compress);
        const offer = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };
        const raw = await fixture.client({ path: "/c", headers: offer });
        assert.equal(/permessage-deflate/.test(raw.header("sec-websocket-extensions") ?? ""), compress);
        const { client, guest, heard } = await connect(fixture);
        fixture.listener.topics.join(guest.outlet, "t");
        guest.outlet.send(text);
        fixture.listener.topics.publish("t", text);
        guest.outlet.send("short");
        client.send(text);
        await eventually(() => heard.length === 3 && guest.messages.length === 1, "every message");
        assert.deepEqual(heard, [text, text, "short"]);
        assert.deepEqual(guest.messages, [text]);
        client.close();
      });
    }

    it("leaves messages below the least size as they are", async () => {
      await using fixture = await listening(true);
      const headers = { "Sec-WebSocket-Extensions": "permessage-deflate" };
      const { client, guest } = await fixture.pair({ path: "/c", headers });
      fixture.listener.topics.join(guest.outlet, "t");
      const texts = [text.slice(0, MIN_SIZE - 1), text.slice(0, MIN_SIZE)];
      for (const one of texts) {
        guest.outlet.send(one);
        fixture.listener.topics.publish("t", one);
      }
      await client.received(4);
      // This client does not unpack, so what arrives as it was sent was not compressed.
      const plain = client.messages.map((message) => texts.some((one) => one === message));
      assert.deepEqual(plain, [true, true, false, false]);
    });
  });
}

function endContract(factory: ListenerFactory): void {
  describe("the end", () => {
    it("comes after the frames already queued, with code and reason intact", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      fixture.listener.topics.join(guest.outlet, "t");
      const expected: string[] = [];
      for (let i = 0; i < 100; i++) {
        expected.push(`${i}`);
        if (i % 2 === 0) guest.outlet.send(`${i}`);
        else fixture.listener.topics.publish("t", `${i}`);
      }
      guest.outlet.close({ code: 3503, reason: "force disconnect ñ" });
      guest.outlet.close({ code: 3000, reason: "again" });
      guest.outlet.send("too late");
      fixture.listener.topics.publish("t", "too late");
      await client.gone();
      assert.deepEqual(client.messages, expected);
      assert.equal(client.closeCode, 3503);
      assert.equal(client.closeReason, "force disconnect ñ");
      await eventually(() => guest.closes.length > 0, "a close");
      for (let i = 0; i < 5; i++) await nextTurn();
      assert.equal(guest.closes.length, 1);
    });

    it("is told once and last, whoever ends it", async () => {
      await using fixture = await openFixture(factory);
      const { client: polite, guest: first } = await fixture.pair();
      polite.close(3999);
      const { client: rude, guest: second } = await fixture.pair();
      rude.socket.destroy();
      await eventually(() => first.closes.length === 1 && second.closes.length === 1, "two closes");
      assert.equal(first.closes[0]?.code, 3999);
      second.outlet.send("into the void");
      second.outlet.close({ code: 3000, reason: "" });
      first.outlet.close({ code: 3000, reason: "" });
      fixture.listener.topics.join(first.outlet, "t");
      fixture.listener.topics.publish("t", "x");
      fixture.listener.topics.leave(first.outlet, "t");
      for (let i = 0; i < 5; i++) await nextTurn();
      assert.equal(first.closes.length + second.closes.length, 2);
    });

    it("may come from within connect, and is told after it has returned", async () => {
      const events: string[] = [];
      const routes: Route[] = [
        {
          method: "GET",
          path: "/never",
          handle: () => ({
            kind: "upgrade",
            maxMessageBytes: 100,
            connect(outlet) {
              outlet.send("bye");
              outlet.close({ code: 3500, reason: "invalid token" });
              events.push("connected");
              return { message() {}, overflow() {}, closed: () => events.push("closed") };
            },
          }),
        },
      ];
      await using fixture = await openFixture(factory, { routes });
      const client = await fixture.client({ path: "/never" });
      await client.gone();
      assert.deepEqual(client.messages, ["bye"]);
      assert.equal(client.closeCode, 3500);
      await eventually(() => events.length === 2, "a close");
      assert.deepEqual(events, ["connected", "closed"]);
    });
  });
}
