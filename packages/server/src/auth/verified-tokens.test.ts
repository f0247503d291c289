import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVerifiedTokens } from "./verified-tokens.ts";

const now = 1_000;
const acme = { now, expiresAt: undefined, tenant: "acme" };

describe("verified tokens", () => {
  it("are remembered for the verifier that accepted them", () => {
    const verified = createVerifiedTokens({ limit: 10 });
    verified.add("v", "token", acme);
    assert.equal(verified.has("v", "token", now), true);
    assert.equal(verified.has("v", "token2", now), false);
    assert.equal(verified.has("w", "token", now), false);
  });

  it("are forgotten when they expire, and after an hour", () => {
    const verified = createVerifiedTokens({ limit: 10 });
    verified.add("v", "short", { ...acme, expiresAt: now + 5 });
    verified.add("v", "long", acme);
    assert.equal(verified.has("v", "short", now + 4.9), true);
    assert.equal(verified.has("v", "short", now + 5), false);
    assert.equal(verified.has("v", "long", now + 3_599), true);
    assert.equal(verified.has("v", "long", now + 3_600), false);
  });

  it("are never more than the limit; the oldest goes first", () => {
    const verified = createVerifiedTokens({ limit: 2 });
    for (const token of ["a", "b", "c"]) verified.add("v", token, acme);
    assert.deepEqual(
      ["a", "b", "c"].map((token) => verified.has("v", token, now)),
      [false, true, true],
    );
    const none = createVerifiedTokens({ limit: 0 });
    none.add("v", "a", acme);
    assert.equal(none.has("v", "a", now), false);
  });

  it("can be forgotten all at once or for one tenant", () => {
    const verified = createVerifiedTokens({ limit: 10 });
    verified.add("v", "a", acme);
    verified.add("v", "b", { ...acme, tenant: "globex" });
    verified.forgetTenant("acme");
    assert.equal(verified.has("v", "a", now), false);
    assert.equal(verified.has("v", "b", now), true);
    verified.forget();
    assert.equal(verified.has("v", "b", now), false);
  });
});
