import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { untilStopped } from "./until-stopped.ts";

function start(stop: () => Promise<void>) {
  const signals = new EventEmitter();
  const clock = createVirtualClock();
  const code = untilStopped(stop, { signals, clock, log: silentLog, timeoutMs: 1000 });
  return { signals, clock, code };
}

/** A stop that says when it was called and ends when told to. */
function slowStop() {
  const called = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const stop = (): Promise<void> => {
    called.resolve();
    return ended.promise;
  };
  return { stop, called: called.promise, end: ended.resolve };
}

describe("untilStopped", () => {
  it("stops once at the first signal and waits for it", async () => {
    for (const signal of ["SIGTERM", "SIGINT"]) {
      const { stop, called, end } = slowStop();
      const { signals, code } = start(stop);
      signals.emit(signal);
      await called;
      end();
      assert.equal(await code, 0);
      assert.equal(signals.listenerCount("SIGTERM") + signals.listenerCount("SIGINT"), 0);
    }
  });

  it("ends at once at the second signal", async () => {
    const { stop, called } = slowStop();
    const { signals, code } = start(stop);
    signals.emit("SIGTERM");
    await called;
    signals.emit("SIGINT");
    assert.equal(await code, 1);
  });

  it("ends when the limit passes", async () => {
    const { stop, called } = slowStop();
    const { signals, clock, code } = start(stop);
    signals.emit("SIGTERM");
    await called;
    clock.advance(1000);
    assert.equal(await code, 1);
  });

  it("fails when the stop fails", async () => {
    const { signals, code } = start(() => Promise.reject(new Error("no")));
    signals.emit("SIGTERM");
    assert.equal(await code, 1);
  });
});
