import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withFiles } from "../house/source-tree.fixture.mjs";
import { readJunit } from "./junit.mjs";
import { findTestFiles, runtimeOf } from "./test-files.mjs";
import { runTests } from "./tests.mjs";

const test = (body) => `import { it } from "node:test";\nimport assert from "node:assert/strict";\n${body}\n`;

/** Runs the files and gives the counts and what was printed. */
async function outcome(files) {
  const printed = [];
  const result = await withFiles(files, (root) =>
    runTests(findTestFiles(root, []), { root, fileLimitMs: 5000, print: (line) => printed.push(line) }),
  );
  return { ...result, printed: printed.join("\n") };
}

describe("the test run", () => {
  it("gives each file its runtime", async () => {
    const { passed, failed } = await outcome({
      "packages/a/b.test.ts": test('it("runs on bun", () => assert.ok(process.versions.bun));'),
      "packages/a/c.bun.test.ts": test('it("runs on bun", () => assert.ok(process.versions.bun));'),
      "packages/a/d.node.test.ts": test(
        'it("runs on node", () => assert.ok(process.versions.node.startsWith("24.") && !process.versions.bun));',
      ),
      "scripts/e.test.mjs": test('it("runs on node", () => assert.ok(!process.versions.bun));'),
    });
    assert.deepEqual({ passed, failed }, { passed: 4, failed: 0 });
  });

  for (const suffix of [".test.ts", ".node.test.ts"]) {
    const file = `packages/a/b${suffix}`;

    it(`counts and shows failing tests of *${suffix}`, async () => {
      const { passed, failed, printed } = await outcome({
        [file]: test('it("holds", () => {});\nit("breaks", () => assert.equal(1, 2, "one is not two"));'),
      });
      assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 });
      assert.match(printed, /one is not two/);
    });

    it(`counts a crash of *${suffix} as a failure`, async () => {
      const { failed, printed } = await outcome({ [file]: test('throw new Error("at the top");') });
      assert.equal(failed, 1);
      assert.match(printed, /at the top/);
    });

    it(`counts a process of *${suffix} that dies in the middle as a failure`, async () => {
      const { failed } = await outcome({
        [file]: test('it("ends all", () => process.exit(3));\nit("never runs", () => {});'),
      });
      assert.equal(failed, 1);
    });

    it(`counts a *${suffix} without a test as a failure`, async () => {
      const { passed, failed, printed } = await outcome({ [file]: "export {};" });
      assert.deepEqual({ passed, failed }, { passed: 0, failed: 1 });
      assert.match(printed, /no test that ran/);
    });

    it(`ends a *${suffix} that hangs`, async () => {
      const { failed, printed } = await outcome({ [file]: test("for (;;);") });
      assert.equal(failed, 1);
      assert.match(printed, /did not end within 5\.0 s/);
    });
  }

  it("has nothing to say without test files", async () => {
    const { passed, failed } = await outcome({ "packages/a/b.ts": "" });
    assert.deepEqual({ passed, failed }, { passed: 0, failed: 0 });
  });
});

describe("the choice of test files", () => {
  it("takes the five folders, and narrows by a part of the path", async () => {
    const files = {
      "packages/a/hub.test.ts": "",
      "bench/b.test.ts": "",
      "scripts/c.test.mjs": "",
      "docs/d.test.ts": "",
      "packages/a/e.ts": "",
    };
    const found = (filters) => withFiles(files, (root) => findTestFiles(root, filters));
    assert.deepEqual(await found([]), ["bench/b.test.ts", "packages/a/hub.test.ts", "scripts/c.test.mjs"]);
    assert.deepEqual(await found(["hub", "./bench"]), ["bench/b.test.ts", "packages/a/hub.test.ts"]);
  });

  it("reads the runtime from the suffix", () => {
    const files = ["a.test.ts", "a.bun.test.ts", "a.node.test.ts", "a.contract.node.test.ts", "a.test.mjs"];
    assert.deepEqual(files.map(runtimeOf), ["bun", "bun", "node", "node", "node"]);
  });
});

describe("the report reader", () => {
  it("reads names with markup, failures, errors and skips", () => {
    const xml = `<testsuites><!-- <testcase name="not one"/> -->
      <testcase name="a &lt;b> &amp; &quot;c&quot;" classname="x"/>
      <testcase name="d"><failure message="m">text</failure></testcase>
      <testcase name="e"><error/></testcase>
      <testcase name="f"><skipped /></testcase></testsuites>`;
    assert.deepEqual(readJunit(xml, "x.test.ts"), [
      { name: 'a <b> & "c"', outcome: "passed" },
      { name: "d", outcome: "failed" },
      { name: "e", outcome: "failed" },
      { name: "f", outcome: "skipped" },
    ]);
  });
});
