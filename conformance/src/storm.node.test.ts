import assert from "node:assert/strict";
import { conformance } from "./stage/conformance.ts";
import { storm, weathers } from "./stage/storm.ts";

/** `CONFORMANCE_STORM=full` is the storm as we promise it; unless told, a short one of the same kind. */
const full = process.env.CONFORMANCE_STORM === "full";
const size = full ? { clients: 2_000, recoveries: 10_000 } : { clients: 100, recoveries: 500 };

conformance("reconnect storms over all transports", { profile: "features" }, (test) => {
  for (const weather of weathers) {
    test(`${weather.name}: nothing is lost, repeated, out of order or changed`, async ({ subject }) => {
      const plan = { ...size, weather, ...(full ? { progress: console.log } : {}) };
      const report = await Promise.race([storm(subject, plan), subject.died]);
      const { seconds, ...counts } = report;
      const told = Object.entries(counts).map(([name, value]) => `${value} ${name}`);
      console.log(`${weather.name}: ${told.join(", ")} in ${seconds.toFixed(1)} s`);
      const { lost, repeated, reordered, changed, unrecovered } = report;
      const nothing = { lost: 0, repeated: 0, reordered: 0, changed: 0, unrecovered: 0 };
      assert.deepEqual({ lost, repeated, reordered, changed, unrecovered }, nothing);
    });
  }
});
