import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderFormats } from "./format-table.ts";
import { addSample, createFindings } from "./measure/findings.ts";
import { formatCases } from "./measure/format-cases.ts";
import { fullPlan } from "./plan.ts";

describe("the table of formats", () => {
  it("is empty when no format was measured", () => {
    assert.equal(renderFormats([{ label: "any", findings: createFindings() }], fullPlan), "");
  });

  it("has a row a format and leaves out servers that have but one", () => {
    const findings = createFindings();
    for (const { id } of formatCases) addSample(findings, `${id}Cpu`, 0.5);
    const columns = [
      { label: "one format", findings: createFindings() },
      { label: "ours", findings },
    ];
    const lines = renderFormats(columns, fullPlan).split("\n");
    assert.equal(lines.length, 2 + formatCases.length + 1);
    assert.ok(!lines[0]?.includes("one format"));
    assert.deepEqual(new Set(lines.map((line) => line.split("|").length)), new Set([6]));
  });

  it("holds a split crowd against the mean of its formats alone", () => {
    const findings = createFindings();
    addSample(findings, "wsJsonCpu", 1);
    for (const [n, id] of (["feedJson", "feedProtobuf", "feedDelta"] as const).entries()) {
      addSample(findings, `${id}Cpu`, n + 1);
    }
    const lines = renderFormats([{ label: "ours", findings }], fullPlan).split("\n");
    assert.match(lines.find((line) => line.includes("the mean of each alone")) ?? "", /\| 2\.000 \|/);
  });
});
