import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { noLimits } from "./hub-ground.fixture.ts";
import { createLimits } from "./limits.ts";
import type { ChannelKey } from "./values/channel.ts";
import { errors, HubError } from "./values/errors.ts";
import type { Tenant, TenantLimits } from "./values/tenant.ts";

const open = { connections: 0, connectionsPerSecond: 0 };
const tenant = (limits: Partial<TenantLimits>, id = "acme"): Tenant => ({
  id,
  name: id,
  declared: true,
  limits: { ...noLimits, ...limits },
  namespace: () => undefined,
});
const key = (name: string): ChannelKey => `acme/${name}` as ChannelKey;

function refusal(work: () => void): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof HubError);
    return error.message;
  }
  return "";
}

describe("limits of the node", () => {
  it("take every socket where no limit is set", () => {
    const limits = createLimits(open, createVirtualClock());
    for (let n = 0; n < 10_000; n++) assert.equal(limits.accepts(n), "yes");
  });

  it("refuse the socket above the number of connections", () => {
    const limits = createLimits({ connections: 2, connectionsPerSecond: 0 }, createVirtualClock());
    assert.deepEqual([0, 1, 2, 3].map(limits.accepts), ["yes", "yes", "connection_limit", "connection_limit"]);
  });

  it("refuse connections above the rate, and take as many again a second later", () => {
    const clock = createVirtualClock();
    const limits = createLimits({ connections: 0, connectionsPerSecond: 3 }, clock);
    const taken = (): number => Array.from({ length: 10 }, () => limits.accepts(0)).filter((a) => a === "yes").length;
    assert.equal(taken(), 3);
    clock.advance(334);
    assert.equal(taken(), 1);
    clock.advance(60_000);
    assert.equal(taken(), 3, "an idle minute is no reserve");
  });
});

describe("limits of a tenant", () => {
  it("name the figure when a publication is too large, and count bytes", () => {
    const limits = createLimits(open, createVirtualClock());
    const small = tenant({ publicationBytes: 100 });
    assert.equal(
      refusal(() => limits.checkPublication(small, 100)),
      "",
    );
    const text = refusal(() => limits.checkPublication(small, 101));
    assert.match(text, /^limit exceeded: .*101 bytes.*100$/);
  });

  it("let a tenant publish at its rate, name it when it is passed, and leave other tenants alone", () => {
    const clock = createVirtualClock();
    const limits = createLimits(open, clock);
    const [slow, other] = [tenant({ publicationsPerSecond: 5 }), tenant({ publicationsPerSecond: 5 }, "other")];
    for (let n = 0; n < 5; n++) limits.checkPublication(slow, 1);
    assert.equal(
      refusal(() => limits.checkPublication(slow, 1)),
      `${errors.tooManyRequests.message}: more than 5 publications per second`,
    );
    limits.checkPublication(other, 1);
    clock.advance(200);
    limits.checkPublication(slow, 1);
    assert.notEqual(
      refusal(() => limits.checkPublication(slow, 1)),
      "",
    );
  });

  it("never let through more than the rate and one burst, whenever the publications come", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(400), { maxLength: 200 }), (rate, pauses) => {
        const clock = createVirtualClock();
        const limits = createLimits(open, clock);
        const one = tenant({ publicationsPerSecond: rate });
        let taken = 0;
        for (const pause of pauses) {
          clock.advance(pause);
          if (refusal(() => limits.checkPublication(one, 1)) === "") taken++;
          assert.ok(taken <= rate + (clock.monotonic() / 1_000) * rate + 1e-6);
        }
      }),
    );
  });

  it("keep their bucket over idle time without becoming a reserve", () => {
    const clock = createVirtualClock();
    const limits = createLimits(open, clock);
    const one = tenant({ publicationsPerSecond: 2 });
    for (let n = 0; n < 2; n++) limits.checkPublication(one, 1);
    clock.advance(600_000);
    for (let n = 0; n < 2; n++) limits.checkPublication(one, 1);
    assert.notEqual(
      refusal(() => limits.checkPublication(one, 1)),
      "",
    );
  });

  it("count channels with history until their time to live has passed", () => {
    const clock = createVirtualClock();
    const limits = createLimits(open, clock);
    const one = tenant({ historyChannels: 2 });
    limits.checkHistoryChannel(one, key("a"), 1_000);
    limits.checkHistoryChannel(one, key("b"), 5_000);
    limits.checkHistoryChannel(one, key("a"), 1_000);
    assert.match(
      refusal(() => limits.checkHistoryChannel(one, key("c"), 1_000)),
      /^limit exceeded: 2 channels/,
    );
    limits.checkHistoryChannel(tenant({ historyChannels: 2 }, "other"), key("c"), 1_000);
    clock.advance(1_000);
    limits.checkHistoryChannel(one, key("c"), 1_000);
    assert.notEqual(
      refusal(() => limits.checkHistoryChannel(one, key("a"), 1_000)),
      "",
    );
  });
});
