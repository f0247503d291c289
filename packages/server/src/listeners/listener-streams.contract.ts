import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Route } from "../hub/ports/listener.ts";
import { eventually, type ListenerFactory, nextTurn, openFixture } from "./fixture.contract.ts";
import { RawClient } from "./raw-client.contract.ts";

/** Responses without an end. */
export function streamsContract(factory: ListenerFactory): void {
  compressedStreamsContract(factory);
  describe("a stream", () => {
    it("carries each frame as it is, as a member of topics too", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair({ stream: true });
      assert.equal(client.status, 200);
      assert.equal(client.header("content-type"), "text/plain");
      fixture.listener.topics.join(guest.outlet, "t");
      guest.outlet.send("one ñ\n");
      fixture.listener.topics.publish("t", "two\n");
      guest.outlet.send(Buffer.from("three\n"));
      await client.received(4);
      fixture.listener.topics.leave(guest.outlet, "t");
      fixture.listener.topics.publish("t", "not this\n");
      guest.outlet.send("four\n");
      await client.received(5);
      assert.deepEqual(client.messages, ["welcome", "one ñ", "two", "three", "four"]);
    });

    it("ends in order when the door closes it", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair({ stream: true });
      for (let i = 0; i < 50; i++) guest.outlet.send(`${i}\n`);
      guest.outlet.close({ code: 3001, reason: "shutdown" });
      guest.outlet.send("too late\n");
      await client.gone();
      assert.ok(client.complete);
      assert.deepEqual(
        client.messages.slice(1),
        Array.from({ length: 50 }, (_, i) => `${i}`),
      );
      await eventually(() => guest.closes.length === 1, "a close");
      assert.deepEqual(guest.closes, [{ code: 3001, reason: "shutdown" }]);
    });

    it("tells once that its client has gone", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair({ stream: true });
      fixture.listener.topics.join(guest.outlet, "t");
      client.socket.destroy();
      await eventually(() => guest.closes.length === 1, "a close");
      fixture.listener.topics.publish("t", "x\n");
      guest.outlet.close({ code: 3000, reason: "" });
      for (let i = 0; i < 5; i++) await nextTurn();
      assert.equal(guest.closes.length, 1);
    });

    it("whose client has gone before it began connects nobody, or somebody who is closed once", async () => {
      const arrived = Promise.withResolvers<void>();
      const proceed = Promise.withResolvers<void>();
      await using fixture = await openFixture(factory, {
        routes: [
          {
            method: "GET",
            path: "/slow",
            async handle() {
              arrived.resolve();
              await proceed.promise;
              return { kind: "stream", connect: (outlet) => fixture.welcome(outlet) };
            },
          },
        ],
      });
      const client = new RawClient({ port: fixture.port, path: "/slow", stream: true });
      await arrived.promise;
      client.socket.destroy();
      await client.gone();
      await fetch(fixture.url);
      proceed.resolve();
      await fetch(fixture.url);
      await eventually(() => fixture.guests.every((guest) => guest.closes.length === 1), "one close");
    });

    it("may be closed from within connect", async () => {
      const events: string[] = [];
      await using fixture = await openFixture(factory, {
        routes: [
          {
            method: "GET",
            path: "/brief",
            handle: () => ({
              kind: "stream",
              connect(outlet) {
                outlet.send("bye\n");
                outlet.close({ code: 3500, reason: "invalid token" });
                events.push("connected");
                return { message() {}, overflow() {}, closed: () => events.push("closed") };
              },
            }),
          },
        ],
      });
      const response = await fetch(`${fixture.url}/brief`);
      assert.equal(await response.text(), "bye\n");
      await eventually(() => events.length === 2, "a close");
      assert.deepEqual(events, ["connected", "closed"]);
    });
  });
}

function compressedStreamsContract(factory: ListenerFactory): void {
  const record = (n: number): string => `{"n":${n},"words":"${"the same words in every record, ".repeat(10)}"}\n`;

  describe("a compressed stream", () => {
    it("brings each frame before the next is sent, in a fraction of its bytes", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair({ stream: true, gzip: true });
      assert.equal(client.header("content-encoding"), "gzip");
      await client.received(1);
      fixture.listener.topics.join(guest.outlet, "t");
      const before = client.socket.bytesRead;
      let plain = 0;
      for (let n = 0; n < 50; n++) {
        if (n % 2 === 0) fixture.listener.topics.publish("t", record(n));
        else guest.outlet.send(record(n));
        plain += record(n).length;
        await client.received(n + 2);
        assert.equal(`${client.messages.at(-1)}\n`, record(n));
      }
      const share = (client.socket.bytesRead - before) / plain;
      assert.ok(share < 0.2, `${(share * 100).toFixed()}% of the bytes`);
    });

    it("ends whole when the door closes it, also without a frame", async () => {
      const close = { code: 3001, reason: "shutdown" };
      const mute: Route = {
        method: "GET",
        path: "/mute",
        handle: () => ({
          kind: "stream",
          compress: true,
          connect(outlet) {
            outlet.close(close);
            return fixture.welcome(outlet);
          },
        }),
      };
      await using fixture = await openFixture(factory, { routes: [mute] });
      const { client, guest } = await fixture.pair({ stream: true, gzip: true });
      guest.outlet.send("x".repeat(100_000));
      guest.outlet.send("\nlast\n");
      guest.outlet.close(close);
      await client.until(() => client.complete, "the checksum");
      assert.deepEqual(client.messages, ["welcome", "x".repeat(100_000), "last"]);
      const silent = await fetch(`${fixture.url}/mute`);
      assert.equal(silent.headers.get("content-encoding"), "gzip");
      assert.equal(await silent.text(), "");
    });

    it("is for those who accept it, where the route says so", async () => {
      const plain: Route = {
        method: "GET",
        path: "/plain",
        handle: () => ({
          kind: "stream",
          connect(outlet) {
            outlet.send("welcome\n");
            return fixture.welcome(outlet);
          },
        }),
      };
      await using fixture = await openFixture(factory, { routes: [plain] });
      const encodingFor = async (accepted: string | undefined, path = "/stream"): Promise<string | undefined> => {
        const headers = accepted === undefined ? {} : { "Accept-Encoding": accepted };
        const client = await fixture.client({ stream: true, path, headers });
        assert.equal(client.header("vary")?.toLowerCase(), path === "/stream" ? "origin, accept-encoding" : undefined);
        return client.header("content-encoding");
      };
      for (const accepted of ["gzip", "br, gzip;q=0.5", "*"]) assert.equal(await encodingFor(accepted), "gzip");
      for (const accepted of [undefined, "br", "gzip;q=0", "gzip;q=0, *"]) {
        assert.equal(await encodingFor(accepted), undefined);
      }
      assert.equal(await encodingFor("gzip", "/plain"), undefined);
    });
  });
}
