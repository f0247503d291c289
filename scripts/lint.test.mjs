import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { withFiles } from "./house/source-tree.fixture.mjs";
import { ROOT, run } from "./setup/command.mjs";

const file = "packages/server/src/hub/some-noun.ts";

/** The rules that the linter names for one file. */
async function broken(path, text) {
  return withFiles({ [path]: text }, async (root) => {
    copyFileSync(join(ROOT, "biome.json"), join(root, "biome.json"));
    const { output } = await run(
      join(ROOT, "node_modules/.bin/biome"),
      ["lint", "--vcs-enabled=false", "--reporter=json", path],
      {
        cwd: root,
      },
    );
    const { diagnostics } = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
    return diagnostics.filter(({ severity }) => severity === "error").map(({ category }) => category.split("/").at(-1));
  });
}

describe("the linter", () => {
  const cases = [
    ["noExplicitAny", file, "export const a: any = 1;\n"],
    ["noNonNullAssertion", file, "export const a = (b?: string): number => b!.length;\n"],
    ["noDefaultExport", file, "export default 1;\n"],
    ["noEnum", file, "export enum A {\n  B = 1,\n}\n"],
    ["noParameterProperties", file, "export class A {\n  constructor(readonly b: number) {}\n}\n"],
    ["useNodejsImportProtocol", file, 'import { join } from "path";\nexport const a = join;\n'],
    ["useFilenamingConvention", "packages/server/src/hub/someNoun.ts", "export const a = 1;\n"],
  ];

  for (const [rule, path, text] of cases) {
    it(`refuses what ${rule} is about`, async () => {
      assert.deepEqual(await broken(path, text), [rule]);
    });
  }

  it("accepts a plain module, and the default export that a tool asks for", async () => {
    assert.deepEqual(await broken(file, "export const a = 1;\n"), []);
    assert.deepEqual(await broken("portals/live/vite.config.ts", "export default {};\n"), []);
  });
});
