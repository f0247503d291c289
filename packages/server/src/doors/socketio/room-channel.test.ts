import assert from "node:assert/strict";
import { it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { roomToChannel } from "./room-channel.ts";

it("rooms have the channels that the documentation names", () => {
  assert.equal(roomToChannel("/"), "all");
  assert.equal(roomToChannel("/", "lobby"), "room:lobby");
  assert.equal(roomToChannel("/", "room:lobby"), "room:lobby");
  assert.equal(roomToChannel("/", "user:42"), "user:42:events");
  assert.equal(roomToChannel("/", "user:42:orders"), "user:42:orders");
  assert.equal(roomToChannel("/shop"), "room:/shop");
  assert.equal(roomToChannel("/shop", "lobby"), "room:/shop:lobby");
});

it("two rooms share a channel only when one is the other with `room:` in front, and every channel can be a channel", () => {
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
      "room:",
      "room:/shop",
      "room:user:1",
      "room:user:1:events",
      "room:room:",
    ),
  );
  const isOfUser = (room: string): boolean => /^user:[^:]+(:.+)?$/s.test(room) && !/^user:[^:]+:events$/.test(room);
  const canonical = ([namespace, room]: readonly [string, string | undefined]): unknown[] => {
    const text = room?.toWellFormed();
    if (namespace !== "/" || text === undefined || isOfUser(text)) return [namespace, text];
    return [namespace, "room", text.replace(/^room:/, "")];
  };
  const room = fc.tuple(fc.constantFrom("/", "/shop", "/shop:a", "/%2F"), fc.option(name, { nil: undefined }));
  fc.assert(
    fc.property(room, room, (one, other) => {
      const channels = [roomToChannel(...one), roomToChannel(...other)];
      for (const channel of channels) assert.match(channel, /^[!-"$-~]{1,255}$/);
      const same = isDeepStrictEqual(canonical(one), canonical(other));
      assert.equal(channels[0] === channels[1], same, channels.join(" "));
    }),
    { numRuns: 2_000 },
  );
});
