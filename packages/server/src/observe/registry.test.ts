import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createRegistry } from "./registry.ts";

const linesOf = (text: string, name: string): string[] => text.split("\n").filter((line) => line.startsWith(name));

describe("the registry", () => {
  it("writes counters and gauges with their help, type and labels", () => {
    const registry = createRegistry();
    const counter = registry.counter({ name: "a_total", help: "One\nline.", labels: ["x", "y"] });
    counter.add(["1", "2"]);
    counter.add(["1", "2"], 2);
    registry.gauge({ name: "b", help: "Up and down." }).add([], -1.5);
    assert.equal(
      registry.text(),
      '# HELP a_total One\\nline.\n# TYPE a_total counter\na_total{x="1",y="2"} 3\n' +
        "# HELP b Up and down.\n# TYPE b gauge\nb -1.5\n",
    );
  });

  it("shows a metric without labels before anything happened, and one with labels not", () => {
    const registry = createRegistry();
    registry.counter({ name: "a", help: "" });
    registry.counter({ name: "b", help: "", labels: ["x"] });
    assert.deepEqual(linesOf(registry.text(), "a"), ["a 0"]);
    assert.deepEqual(linesOf(registry.text(), "b"), []);
  });

  it("counts in every bucket that a value fits", () => {
    const registry = createRegistry();
    const histogram = registry.histogram({ name: "h", help: "", labels: ["m"], buckets: [0.1, 1] });
    for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(["x"], value);
    assert.deepEqual(linesOf(registry.text(), "h"), [
      'h_bucket{m="x",le="0.1"} 2',
      'h_bucket{m="x",le="1"} 3',
      'h_bucket{m="x",le="+Inf"} 4',
      'h_sum{m="x"} 3.65',
      'h_count{m="x"} 4',
    ]);
  });

  it("reads what is measured only when somebody asks", () => {
    const registry = createRegistry();
    let value = 1;
    registry.reading({ name: "r", help: "", type: "gauge", read: () => value });
    value = 2;
    assert.deepEqual(linesOf(registry.text(), "r"), ["r 2"]);
  });

  it("keeps to two hundred values per label, and goes back down where it went up", () => {
    const registry = createRegistry();
    const gauge = registry.gauge({ name: "g", help: "", labels: ["name"] });
    for (let i = 0; i < 1_000; i++) gauge.add([`client-${i}`], 1);
    assert.equal(linesOf(registry.text(), "g").length, 201);
    assert.ok(registry.text().includes('g{name="other"} 800\n'));
    for (let i = 0; i < 1_000; i++) gauge.add([`client-${i}`], -1);
    assert.ok(linesOf(registry.text(), "g").every((line) => line.endsWith(" 0")));
  });

  it("escapes any value, and shortens long ones", () => {
    const line = /^g\{v="((?:[^"\\\n]|\\\\|\\"|\\n)*)"\} 1$/;
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (value) => {
        const registry = createRegistry();
        registry.gauge({ name: "g", help: "", labels: ["v"] }).add([value], 1);
        const [written = "", ...more] = linesOf(registry.text(), "g");
        assert.equal(more.length, 0);
        const shown = line.exec(written)?.[1];
        assert.ok(shown !== undefined, written);
        const read = shown.replace(/\\(.)/g, (_, second: string) => (second === "n" ? "\n" : second));
        assert.equal(read, value.slice(0, 64).replaceAll("\r", " "));
      }),
    );
  });
});
