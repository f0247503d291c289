import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { measureCalls, measureLatencies } from "./latencies.ts";
import { measureLoads } from "./load.ts";
import { kpiPlan } from "./plan.ts";
import { buildSubjects, type SubjectName, withSubject } from "./subject.ts";

const tiny = {
  ...kpiPlan({ quick: true }),
  ...{ warmUps: 1, connects: 2, messages: 3, quietMs: 1 },
  ...{ firstConnections: 2, connections: 6, moreConnections: 8, crowd: 4, flood: 5 },
};

describe("the servers of the KPI", () => {
  before(buildSubjects);

  for (const name of ["service", "stock"] satisfies SubjectName[]) {
    it(`${name}: official clients are let in, answered and hear every update once`, async () => {
      const latencies = await withSubject(name, (subject) => measureLatencies(subject, tiny));
      assert.deepEqual(
        Object.values(latencies).map(({ all }) => all.length),
        [2, 2, 3, 3],
      );
      const [load] = await withSubject(name, (subject) => measureLoads([subject], tiny));
      assert.deepEqual([load?.isWhole, load?.connections], [true, 8]);
    });
  }

  it("the service times its own calls", async () => {
    const calls = await withSubject("service", measureCalls);
    assert.deepEqual(Object.keys(calls), ["register", "publish", "emit"]);
  });
});
