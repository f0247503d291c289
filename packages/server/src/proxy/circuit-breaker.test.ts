import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";

function setUp(failures = 3) {
  const clock = createVirtualClock();
  const breaker = createCircuitBreaker({ failures, openMs: 5_000, clock });
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) if (breaker.admits()) breaker.failed();
  };
  return { clock, breaker, fail };
}

describe("a circuit breaker", () => {
  it("stays closed while failures are not in a row", () => {
    const { breaker, fail } = setUp();
    for (let round = 0; round < 5; round++) {
      fail(2);
      assert.ok(breaker.admits());
      breaker.succeeded();
    }
    assert.equal(breaker.state, "closed");
  });

  it("opens after so many failures in a row and lets nothing through", () => {
    const { breaker, fail, clock } = setUp();
    fail(3);
    assert.equal(breaker.state, "open");
    clock.advance(4_999);
    assert.equal(breaker.admits(), false);
  });

  it("lets one probe through after its time, and closes when that succeeds", () => {
    const { breaker, fail, clock } = setUp();
    fail(3);
    clock.advance(5_000);
    assert.equal(breaker.state, "half-open");
    assert.equal(breaker.admits(), true);
    assert.equal(breaker.admits(), false);
    breaker.succeeded();
    assert.equal(breaker.state, "closed");
    assert.equal(breaker.admits(), true);
  });

  it("opens again when the probe fails", () => {
    const { breaker, fail, clock } = setUp();
    fail(3);
    clock.advance(5_000);
    fail(1);
    assert.equal(breaker.state, "open");
    clock.advance(4_999);
    assert.equal(breaker.admits(), false);
    clock.advance(1);
    assert.equal(breaker.admits(), true);
  });

  it("lets another probe through when one learned nothing", () => {
    const { breaker, fail, clock } = setUp();
    fail(3);
    clock.advance(5_000);
    assert.ok(breaker.admits());
    breaker.withdrawn();
    assert.ok(breaker.admits());
  });

  it("takes a late success of an earlier question for no sign of life", () => {
    const { breaker, fail } = setUp();
    assert.ok(breaker.admits());
    fail(3);
    breaker.succeeded();
    assert.equal(breaker.state, "open");
  });

  it("never opens when it is switched off", () => {
    const { breaker, fail } = setUp(0);
    fail(100);
    assert.equal(breaker.state, "closed");
  });
});
