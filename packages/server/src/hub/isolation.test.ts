import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createGround } from "./hub-ground.fixture.ts";
import { apiCaller, history, presence, presenceStats, publish, removeHistory, serverSubscribe } from "./index.ts";
import { acting, connecting, type Step, tenantIds } from "./isolation-steps.fixture.ts";
import { World, type WorldOptions } from "./isolation-world.fixture.ts";

const turns = (most: number, steps: fc.Arbitrary<Step>) =>
  fc.array(steps, { minLength: 20, maxLength: most, size: "max" });

/** Sessions of every tenant first, so that what follows has somebody to meet. */
const story = (crossing: boolean) =>
  fc
    .tuple(
      fc.array(connecting(crossing), { minLength: 6, maxLength: 10 }),
      turns(70, fc.oneof({ weight: 12, arbitrary: acting(crossing) }, { weight: 1, arbitrary: connecting(crossing) })),
    )
    .map(([first, then]): readonly Step[] => [...first, ...then]);

async function play(steps: readonly Step[], options: WorldOptions): Promise<World> {
  const world = await World.create(options);
  for (const step of steps) await world.take(step);
  await world.end();
  return world;
}

describe("isolation of tenants", () => {
  it("a tenant's key reaches nothing of the platform, by no verb", async () => {
    const { hub, join } = await createGround();
    const { session } = await join({ identity: { user: "42" } });
    const caller = apiCaller(hub, { tenant: "default", name: "key", scopes: ["*"] }, "");
    const target = { user: "42", client: "", session: "" };
    for (const channel of ["admin:alerts", "system:status", "$admin:alerts"]) {
      const verbs: readonly (() => unknown)[] = [
        () => publish(hub, caller, { channel, data: "1" }),
        () => history(hub, caller, { channel, limit: -1, reverse: false }),
        () => removeHistory(hub, caller, channel),
        () => presence(hub, caller, channel),
        () => presenceStats(hub, caller, channel),
        () => serverSubscribe(hub, caller, { ...target, channel, expireAt: 0 }),
        () => join({ identity: { user: "42" }, subscriptions: new Map([[channel, { expireAt: 0 }]]) }),
      ];
      for (const verb of verbs)
        await assert.rejects(async () => verb(), /^HubError: permission denied: channels of the op/);
    }
    assert.equal(session.subscriptions.size, 0);
    await hub.stop();
  });

  it("whatever other tenants do, and whether they exist at all, a tenant observes the same", async () => {
    let deliveries = 0;
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(story(false), fc.constantFrom(...tenantIds), async (steps, tenant) => {
        const together = await play(steps, { tenants: tenantIds });
        const alone = await play(
          steps.filter((step) => step.tenant === tenant),
          { tenants: [tenant] },
        );
        assert.deepEqual(together.observed(tenant), alone.observed(tenant));
        deliveries += together.deliveries;
        refusals += together.refusals;
      }),
      { numRuns: 150 },
    );
    assert.ok(
      deliveries > 250 && refusals > 1_000,
      `${deliveries} deliveries, ${refusals} refusals: too quiet a world`,
    );
  });

  it("nothing marked as another tenant's reaches anybody, with operators and platform keys at work", async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(story(true), async (steps) => {
        const world = await play(steps, { tenants: tenantIds });
        for (const tenant of tenantIds) seen += world.checkMarks(tenant);
      }),
      { numRuns: 200 },
    );
    assert.ok(seen > 750, `only ${seen} marks were seen: too quiet a world`);
  });
});
