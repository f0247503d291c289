import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestHub, type TestHub } from "../../server/src/testing.ts";
import { catalogue, channelJsonSchema, channelName } from "./index.ts";

describe("the catalogue and a hub that holds publications against it", () => {
  let hub: TestHub;
  const families = Object.entries(Object.groupBy(catalogue.known, ({ family }) => family ?? ""));

  before(async () => {
    hub = await startTestHub();
    for (const [name, events = []] of families) {
      const channels = (events[0]?.channels ?? []).map((pattern) => pattern.replaceAll(/\{\w+\}/g, "*"));
      const mine = channels.filter((channel) => channel.startsWith("tenant:"));
      // Channels of the platform are the operator's: their schemas stand in the configuration.
      if (mine.length > 0) await hub.api("set_schema", { name, channels: mine, schema: channelJsonSchema(events) });
    }
  });
  after(() => hub.stop());

  const publish = (channel: string, data: unknown): Promise<unknown> => hub.api("publish", { channel, data });

  it("agree on every event: as it is made, and with its data spoilt", async () => {
    for (const known of catalogue.known) {
      const pattern = known.channels?.find((each) => each.startsWith("tenant:"));
      if (pattern === undefined) continue;
      const channel = channelName(pattern, { tenantId: "default" });
      const event = catalogue.parse({ type: known.type, data: known.example }, { channel });
      await publish(channel, event);
      await assert.rejects(publish(channel, { ...event, data: 5 }), /data: expected object/, known.type);
      await assert.rejects(publish(channel, { msg: "acabó", time: "hoy" }), /does not fit the schema/);
    }
  });

  it("refuse the bad event of the guide with the field that is missing, and take the good one", async () => {
    const channel = "tenant:default:deployments";
    await assert.rejects(publish(channel, { msg: "acabó", time: "hoy" }), /deployments version 1: type: is missing/);
    await publish(channel, {
      type: "deployment_update",
      tenantId: "12345",
      instanceId: "odoo-12345",
      status: "completed",
      timestamp: "2025-12-06T10:30:00Z",
      data: { url: "https://odoo-12345.neo-stack.com", version: "17.0" },
    });
  });

  it("agree on the path of a field that is wrong", async () => {
    const channel = "tenant:default:deployments";
    const event = catalogue.create("deployment_progress", { tenantId: "default", data: { progress: 45 } });
    const spoilt = { ...event, data: { progress: "45" } };
    await assert.rejects(publish(channel, spoilt), /data\.progress: expected number/);
    const read = catalogue.tryParse(spoilt, { channel });
    assert.deepEqual(read.ok ? [] : read.issues.map(({ path }) => path), ["data.progress"]);
  });
});
