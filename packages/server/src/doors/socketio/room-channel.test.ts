import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { roomToChannel } from "./room-channel.ts";

it("rooms have the channels that the documentation names", () => {
  assert.equal(roomToChannel("/"), "all");
  assert.equal(roomToChannel("/", "lobby"), "room:lobby");
  assert.equal(roomToChannel("/", "user:42"), "user:42:events");
  assert.equal(roomToChannel("/", "user:42:orders"), "user:42:orders");
  assert.equal(roomToChannel("/shop"), "room:/shop");
  assert.equal(roomToChannel("/shop", "lobby"), "room:/shop:lobby");
});

it("two rooms never share a channel, and every channel can be a channel", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ minLength: 150, maxLength: 300 }),
    fc.constantFrom(
      "",
      "/",
      "/shop",
      "shop:a",
      "user:1",
      "user:1:events",
      "user:1:",
      "user::",
      "%2F",
      "a#b",
      "/shop:a",
    ),
  );
  const room = fc.tuple(fc.constantFrom("/", "/shop", "/shop:a", "/%2F"), fc.option(name, { nil: undefined }));
  fc.assert(
    fc.property(room, room, (one, other) => {
      const channels = [roomToChannel(...one), roomToChannel(...other)];
      for (const channel of channels) assert.match(channel, /^[!-"$-~]{1,255}$/);
      const same = one[0] === other[0] && one[1]?.toWellFormed() === other[1]?.toWellFormed();
      assert.equal(channels[0] === channels[1], same, channels.join(" "));
    }),
    { numRuns: 2_000 },
  );
});
