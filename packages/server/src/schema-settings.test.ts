import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ConfigError } from "./config/config-error.ts";
import { parseConfig } from "./config/load.ts";
import { createMemorySchemaStore } from "./engines/memory/index.ts";
import type { SchemaRecord } from "./hub/index.ts";
import { silentLog } from "./kit/log.ts";
import { createVirtualClock } from "./kit/virtual-clock.ts";
import { composeSchemas } from "./schema-settings.ts";

async function listOf(tenant: string, sections: object): Promise<readonly SchemaRecord[]> {
  const { config } = parseConfig({ ...sections });
  const store = createMemorySchemaStore();
  const schemas = await composeSchemas(config, { store, clock: createVirtualClock(), log: silentLog });
  schemas.stop();
  return schemas.list(tenant);
}

describe("schemas of a configuration", () => {
  it("stand in it or in a file, and count for all tenants or for one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "schemas-"));
    try {
      const file = join(folder, "own.json");
      await writeFile(file, '{"type":"string"}');
      const shared = { name: "shared", channels: ["a:*"], schema: { type: "number" }, version: 2 };
      const sections = {
        schemas: [shared],
        tenants: [{ id: "acme", schemas: [{ name: "own", channels: ["b:*", "c"], file }] }],
      };
      const first = { name: "shared", channels: ["a:*"], schema: '{"type":"number"}', version: 2, fixed: true };
      const second = { name: "own", channels: ["b:*", "c"], schema: '{"type":"string"}', version: 1, fixed: true };
      assert.deepEqual(await listOf("acme", sections), [first, second]);
      assert.deepEqual(await listOf("default", sections), [first]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("that cannot be used are named with the reason", async () => {
    const wrong = async (each: object): Promise<string> => {
      const found = await listOf("acme", { schemas: [each] }).then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.ok(found instanceof ConfigError, String(found));
      return found.message;
    };
    const good = { name: "a", channels: ["a:*"], schema: { type: "number" } };
    assert.match(await wrong({ ...good, name: "" }), /^schemas\[0\]\.name: /);
    assert.match(await wrong({ ...good, channels: [] }), /^schemas\[0\]\.channels: missing/);
    assert.match(await wrong({ ...good, schema: 5 }), /^schemas\[0\]\.schema: found 5, expected an object/);
    assert.match(await wrong({ ...good, schema: { type: "txt" } }), /^schemas: a: this is no JSON Schema/);
    assert.match(await wrong({ ...good, file: "/nowhere.json" }), /^schemas\[0\]\.file: cannot read \/nowhere\.json/);
  });
});
