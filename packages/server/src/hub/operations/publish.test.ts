import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround } from "../hub-ground.fixture.ts";
import { type Engine, errors, HubError, publish } from "../index.ts";

/** A hub whose engine answers every publish with this. */
async function failingWith(error: Error) {
  const wrapEngine = (engine: Engine): Engine => ({
    ...engine,
    broker: { ...engine.broker, publish: () => Promise.reject(error) },
  });
  const ground = await createGround({ wrapEngine });
  const { session } = await ground.join({ identity: { user: "42" } });
  const tenant = ground.hub.directory.tenant("default");
  assert.ok(tenant);
  const told: string[] = [];
  ground.hub.listen(({ type }) => told.push(type));
  return { hub: ground.hub, callers: [session, { tenant, crossesTenants: false, session: undefined }], told };
}

describe("a publication that the engine does not acknowledge", () => {
  for (const [name, temporary] of [
    ["unavailable", true],
    ["outcomeUnknown", false],
  ] as const) {
    it(`is answered with ${name} when that is what the engine says, to clients and to the server API`, async () => {
      const { hub, callers, told } = await failingWith(new HubError(name));
      for (const caller of callers) {
        const expected = { name: "HubError", code: errors[name].code, temporary };
        await assert.rejects(publish(hub, caller, { channel: "open:room", data: "1" }), expected);
      }
      assert.ok(!told.includes("published"));
    });
  }

  it("for a reason of which nobody outside should know is an internal error", async () => {
    const { hub, callers } = await failingWith(new Error("of the engine's own"));
    for (const caller of callers) {
      await assert.rejects(
        publish(hub, caller, { channel: "open:room", data: "1" }),
        /^HubError: internal server error$/,
      );
    }
  });
});
