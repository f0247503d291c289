import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { limitConcurrency } from "./limit-concurrency.ts";

describe("limited concurrency", () => {
  it("runs so many at a time, in their order, and hands on what they give", async () => {
    const limited = limitConcurrency(3);
    const order: number[] = [];
    let [running, most] = [0, 0];
    const work = Array.from({ length: 20 }, (_, n) =>
      limited(async () => {
        order.push(n);
        most = Math.max(most, ++running);
        for (let pause = n % 4; pause >= 0; pause--) await undefined;
        running--;
        return n;
      }),
    );
    assert.deepEqual(await Promise.all(work), order);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(most, 3);
  });

  it("goes on after work that failed", async () => {
    const limited = limitConcurrency(1);
    const failing = limited(() => Promise.reject(new Error("no")));
    const next = limited(async () => "yes");
    await assert.rejects(failing, /^Error: no$/);
    assert.equal(await next, "yes");
  });
});
