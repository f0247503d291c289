import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import fc from "fast-check";
import { curlLine } from "./server-api.ts";

describe("curl line", () => {
  it("hands any JSON text through a shell unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!text.includes("\0"));
        const data = { text };
        const line = curlLine("http://localhost/api/publish", "key", data).replace(/^curl/, "printf '%s\\n'");
        const words = execFileSync("sh", ["-c", line], { encoding: "utf8" }).trimEnd().split("\n");
        assert.deepEqual(JSON.parse(words.at(-1) ?? ""), data);
      }),
      { numRuns: 30 },
    );
  });
});
