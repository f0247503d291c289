import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastingFamilies, mergeFamilies, textOf } from "./exposition.ts";
import { createRegistry, type Registry } from "./registry.ts";

function processWith(fill: (registry: Registry) => void) {
  const registry = createRegistry();
  fill(registry);
  return registry.families();
}

describe("figures of several processes", () => {
  it("add up counters and gauges series by series, and take the largest or the smallest where a sum means nothing", () => {
    const one = processWith((registry) => {
      registry.counter({ name: "c", help: "", labels: ["x"] }).add(["a"], 2);
      registry.gauge({ name: "g", help: "" }).add([], 5);
      registry.reading({ name: "nodes", help: "", type: "gauge", merge: "max", read: () => 3 });
      registry.reading({ name: "since", help: "", type: "gauge", merge: "min", read: () => 100 });
    });
    const two = processWith((registry) => {
      const counter = registry.counter({ name: "c", help: "", labels: ["x"] });
      counter.add(["b"], 7);
      counter.add(["a"]);
      registry.gauge({ name: "g", help: "" }).add([], -1);
      registry.reading({ name: "nodes", help: "", type: "gauge", merge: "max", read: () => 2 });
      registry.reading({ name: "since", help: "", type: "gauge", merge: "min", read: () => 50 });
    });
    const samples = mergeFamilies([one, two]).flatMap((family) => family.samples);
    assert.deepEqual(Object.fromEntries(samples), { 'c{x="a"}': 3, 'c{x="b"}': 7, g: 4, nodes: 3, since: 50 });
  });

  it("make one histogram of two, whose buckets still add up", () => {
    const [first, second] = [[0.05, 3], [0.5]].map((values) =>
      processWith((registry) => {
        const histogram = registry.histogram({ name: "h", help: "How long.", buckets: [0.1, 1] });
        for (const value of values) histogram.observe([], value);
      }),
    );
    assert.ok(first && second);
    assert.equal(
      textOf(mergeFamilies([first, second])),
      "# HELP h How long.\n# TYPE h histogram\n" +
        'h_bucket{le="0.1"} 1\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 3\nh_sum 3.55\nh_count 3\n',
    );
  });

  it("keep of a process that has ended what it counted, and forget how it was", () => {
    const ended = processWith((registry) => {
      registry.counter({ name: "c", help: "" }).add([], 2);
      registry.gauge({ name: "g", help: "" }).add([], 5);
      registry.histogram({ name: "h", help: "", buckets: [] }).observe([], 1);
    });
    assert.deepEqual(
      lastingFamilies(ended).map(({ name }) => name),
      ["c", "h"],
    );
  });
});
