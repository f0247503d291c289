import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually, type ListenerFactory, nextTurn, openHouse } from "./contract-house.contract.ts";

/** Responses without an end. */
export function streamsContract(factory: ListenerFactory): void {
  describe("a stream", () => {
    it("carries each frame as it is, as a member of topics too", async () => {
      await using house = await openHouse(factory);
      const { client, guest } = await house.pair({ stream: true });
      assert.equal(client.status, 200);
      assert.equal(client.header("content-type"), "text/plain");
      house.listener.topics.join(guest.outlet, "t");
      guest.outlet.send("one ñ\n");
      house.listener.topics.publish("t", "two\n");
      guest.outlet.send(Buffer.from("three\n"));
      await client.received(4);
      house.listener.topics.leave(guest.outlet, "t");
      house.listener.topics.publish("t", "not this\n");
      guest.outlet.send("four\n");
      await client.received(5);
      assert.deepEqual(client.messages, ["welcome", "one ñ", "two", "three", "four"]);
    });

    it("ends in order when the door closes it", async () => {
      await using house = await openHouse(factory);
      const { client, guest } = await house.pair({ stream: true });
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
      await using house = await openHouse(factory);
      const { client, guest } = await house.pair({ stream: true });
      house.listener.topics.join(guest.outlet, "t");
      client.socket.destroy();
      await eventually(() => guest.closes.length === 1, "a close");
      house.listener.topics.publish("t", "x\n");
      guest.outlet.close({ code: 3000, reason: "" });
      for (let i = 0; i < 5; i++) await nextTurn();
      assert.equal(guest.closes.length, 1);
    });

    it("may be closed from within connect", async () => {
      const events: string[] = [];
      await using house = await openHouse(factory, {
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
      const response = await fetch(`${house.url}/brief`);
      assert.equal(await response.text(), "bye\n");
      await eventually(() => events.length === 2, "a close");
      assert.deepEqual(events, ["connected", "closed"]);
    });
  });
}
