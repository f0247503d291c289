import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ApiKey, createApiKeys } from "./api-keys.ts";

const digest = (key: string) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
const keys = (platform: readonly ApiKey[], acme: readonly ApiKey[] = [], globex: readonly ApiKey[] = []) =>
  createApiKeys({
    platform,
    tenants: new Map([
      ["acme", acme],
      ["globex", globex],
    ]),
  });

describe("API keys", () => {
  it("identify their owner, plain or as a digest, with a name and scopes", () => {
    const known = keys(["p"], [digest("a"), { key: "b", name: "build", scopes: ["publish"] }]);
    assert.deepEqual(known.identify("p"), { name: "key 1", scopes: ["*"] });
    assert.deepEqual(known.identify("a"), { tenant: "acme", name: "key 1", scopes: ["*"] });
    assert.deepEqual(known.identify("b"), { tenant: "acme", name: "build", scopes: ["publish"] });
  });

  it("do not open anything by their digest", () => {
    const known = keys([digest("p")]);
    assert.equal(known.identify(digest("p")), undefined);
    assert.equal(known.identify(digest("p").slice(7)), undefined);
  });

  it("that nobody configured identify nobody", () => {
    const known = keys(["p"], ["a"], ["g"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (key) => {
        assert.equal(known.identify(key) === undefined, !["p", "a", "g"].includes(key));
      }),
    );
    assert.equal(known.identify(""), undefined);
    assert.equal(known.identify("x".repeat(100_000)), undefined);
    assert.equal(keys([]).identify(""), undefined);
  });

  it("belong to one owner", () => {
    assert.throws(() => keys(["x"], ["x"]), /tenants\[acme\]\.api_keys\[0\]: .*twice/);
    assert.throws(() => keys([], ["x"], [digest("x")]), /tenants\[globex\]/);
    assert.throws(() => keys([], ["x", "x"]), /twice/);
  });

  it("that are malformed are a configuration error that does not show them", () => {
    for (const key of ["", "sha256:abc", `sha256:${"z".repeat(64)}`, "secret".repeat(1_000)]) {
      assert.throws(
        () => keys([key]),
        (error: Error) => /http_api\.key\[0\]/.test(error.message) && !/secret/.test(error.message),
      );
    }
  });
});
