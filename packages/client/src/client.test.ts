import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestHub, type TestHub } from "../../server/src/testing.ts";
import { createClient } from "./client.ts";
import { eventually, until } from "./until.fixture.ts";

let hub: TestHub;
before(async () => {
  hub = await startTestHub({
    config: {
      channel: {
        without_namespace: {
          history_size: 100,
          history_ttl: "60s",
          force_recovery: true,
          presence: true,
          join_leave: true,
          force_push_join_leave: true,
          allow_subscribe_for_client: true,
          allow_presence_for_subscriber: true,
        },
      },
    },
  });
});
after(() => hub.stop());

describe("client", () => {
  it("opens with the first listener and brings events in order", async () => {
    const client = createClient({ url: hub.websocketUrl, getToken: () => hub.token({ user: "ana" }) });
    const events: unknown[] = [];
    assert.equal(client.connection.get().status, "idle");
    const channel = client.channel("news");
    const stop = channel.onEvent((event) => events.push(event));
    await until(channel, ({ status }) => status === "live");
    for (let n = 0; n < 5; n++) await hub.api("publish", { channel: "news", data: { n } });
    await until(channel, ({ last }) => last?.offset === 5);
    assert.deepEqual(
      events,
      [0, 1, 2, 3, 4].map((n) => ({ n })),
    );
    const presence = client.presence("news");
    const leave = presence.subscribe(() => {});
    await until(presence, ({ users }) => users.includes("ana"));
    leave();
    stop();
    await eventually(() => channel.get().status === "idle");
    client.close();
    assert.equal(client.connection.get().status, "idle");
  });
});
