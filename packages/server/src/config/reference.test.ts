import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { variableOf, visitOptions } from "./environment.ts";
import { loadConfig } from "./load.ts";
import { configFormats, createReference, defaultConfigFile } from "./reference.ts";
import { schema } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altavoz-reference-"));
after(() => rmSync(folder, { recursive: true }));

describe("defaultConfigFile", () => {
  for (const format of configFormats) {
    it(`says in ${format} exactly what the server does without a file`, () => {
      const file = join(folder, `config.${format}`);
      writeFileSync(file, defaultConfigFile(format));
      assert.deepEqual(loadConfig({ file, env: {} }), loadConfig({ env: {} }));
    });
  }

  it("explains every option in YAML", () => {
    assert.match(defaultConfigFile("yaml"), /# How often the server pings; 0 for never\.\n +ping_interval: 25s/);
  });
});

describe("createReference", () => {
  it("lists every option with its variable, and what is not supported yet", () => {
    const page = createReference();
    visitOptions(schema, (path, option) => {
      assert.ok(page.includes(option.type === "later" ? `- \`${path}\`` : variableOf(path)), path);
    });
    assert.match(page, /`tenants\[\]\.api_keys\[\]\.scopes`/);
    assert.match(page, /\| `http_api\.key` \| text \| {2}\| API key.* Secret\. \|/);
  });
});
