import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ChannelPresence } from "./channel-presence.ts";

describe("channel presence", () => {
  it("frees what has ended although the client that came first is still there", () => {
    const channel = new ChannelPresence();
    channel.add({ user: "u", client: "stays" }, 10);
    channel.add({ user: "u", client: "ends" }, 10);
    channel.add({ user: "u", client: "stays" }, 20);
    assert.equal(channel.expired(10), false);
    const kept = channel.list(0).map((info) => info.client);
    assert.deepEqual(kept, ["stays"]);
    assert.equal(channel.expired(20), true);
  });
});
