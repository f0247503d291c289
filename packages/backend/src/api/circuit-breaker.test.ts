import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "../../../server/src/testing.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";

describe("the circuit breaker", () => {
  it("opens after so many failures in a row, and a success in between starts the count anew", () => {
    const circuit = createCircuitBreaker({ failures: 3, coolDownMs: 100 }, createVirtualClock());
    circuit.failed();
    circuit.failed();
    circuit.succeeded();
    circuit.failed();
    circuit.failed();
    assert.deepEqual([circuit.state, circuit.enter()], ["closed", true]);
    circuit.failed();
    assert.deepEqual([circuit.state, circuit.enter()], ["open", false]);
  });

  it("lets one call through after the pause, and believes what becomes of it", () => {
    const clock = createVirtualClock();
    const circuit = createCircuitBreaker({ failures: 1, coolDownMs: 100 }, clock);
    circuit.failed();
    clock.advance(99);
    assert.equal(circuit.enter(), false);
    clock.advance(1);
    assert.deepEqual([circuit.enter(), circuit.state, circuit.enter()], [true, "half-open", false]);
    circuit.failed();
    assert.deepEqual([circuit.state, circuit.enter()], ["open", false]);
    clock.advance(100);
    assert.equal(circuit.enter(), true);
    circuit.succeeded();
    assert.deepEqual([circuit.state, circuit.enter(), circuit.enter()], ["closed", true, true]);
  });
});
