import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createApiHouse, httpRequest } from "../api/api.fixture.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { createHealth, type HealthOptions } from "./index.ts";

const request = httpRequest("/health", "", { method: "GET", headers: {} });

async function ask(hub: HealthOptions["hub"]): Promise<{ status: number; body: string }> {
  const answer = await createHealth({ hub, log: silentLog }).handle(request);
  assert.equal(answer.kind, "reply");
  return { status: answer.status, body: String(answer.body) };
}

describe("health", () => {
  it("is an empty object while the node serves", async () => {
    const { hub, stop } = await createApiHouse();
    assert.deepEqual(await ask(hub), { status: 200, body: "{}" });
    await stop();
  });

  it("is 503 while the node drains", async () => {
    const { hub, stop } = await createApiHouse();
    hub.drain();
    assert.deepEqual(await ask(hub), { status: 503, body: '{"reason":"the node is shutting down"}' });
    await stop();
  });

  it("is 503 when the engine cannot serve, without telling why to everybody", async () => {
    const { hub, stop } = await createApiHouse();
    await hub.engine.stop();
    assert.deepEqual(await ask(hub), { status: 503, body: '{"reason":"the engine (memory) cannot serve"}' });
    await stop();
  });

  it("is 503 when the engine says nothing in time", async () => {
    const house = await createApiHouse();
    const clock = createVirtualClock();
    const engine = { ...house.hub.engine, health: () => new Promise<void>(() => {}) };
    const asked = ask({ draining: false, clock, engine });
    clock.advance(3_000);
    assert.deepEqual(await asked, { status: 503, body: '{"reason":"the engine (memory) cannot serve"}' });
    await house.stop();
  });
});
