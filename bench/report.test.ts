import assert from "node:assert/strict";
import { test } from "node:test";
import { renderSheets } from "./report.ts";

test("a sheet is a table with three digits a number, and a dash where there is none", () => {
  const sheet = {
    title: "T",
    head: ["what", "a", "b"],
    rows: [
      ["x", 1234.6, 0.123],
      ["y", 12.34, null],
      ["z", 5, "2×"],
    ],
  };
  assert.equal(
    renderSheets([sheet]),
    [
      "**T**",
      "",
      "| what | a | b |",
      "| --- | ---: | ---: |",
      "| x | 1,235 | 0.12 |",
      "| y | 12.3 | - |",
      "| z | 5 | 2× |",
    ].join("\n"),
  );
});
