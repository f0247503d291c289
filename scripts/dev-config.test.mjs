import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { writeDevConfig } from "./dev-config.mjs";
import { withFiles } from "./house/source-tree.fixture.mjs";

describe("the development configuration", () => {
  it("keeps its secrets over a restart, private and out of git", async () => {
    await withFiles({}, (root) => {
      const first = writeDevConfig(root, { port: 8000, assetsFolder: "dist" });
      const second = writeDevConfig(root, { port: 8001, assetsFolder: "dist" });
      assert.deepEqual(second.secrets, first.secrets);
      assert.equal(new Set(Object.values(first.secrets)).size, Object.keys(first.secrets).length);
      assert.equal(statSync(first.file).mode & 0o077, 0);
      assert.equal(readFileSync(join(root, ".altavoz/api-key"), "utf8"), `${first.secrets.demoApi}\n`);
      assert.equal(readFileSync(join(root, ".altavoz/.gitignore"), "utf8"), "*\n");
      assert.equal(JSON.parse(readFileSync(first.file, "utf8")).http_server.port, 8001);
    });
  });

  it("starts over when the secrets are damaged", async () => {
    await withFiles({ ".altavoz/secrets.json": "{" }, (root) => {
      const { secrets } = writeDevConfig(root, { port: 8000, assetsFolder: "dist" });
      assert.equal(typeof secrets.demoToken, "string");
    });
  });

  it("gives no secret to two tenants", async () => {
    await withFiles({}, (root) => {
      const { file } = writeDevConfig(root, { port: 8000, assetsFolder: "dist" });
      const { tenants } = JSON.parse(readFileSync(file, "utf8"));
      assert.deepEqual(
        tenants.map(({ id }) => id),
        ["demo", "acme"],
      );
      assert.notEqual(tenants[0].token.hmac_secret_key, tenants[1].token.hmac_secret_key);
    });
  });
});
