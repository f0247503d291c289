import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TokenRefusal } from "../token-refusal.ts";
import { createJwksEndpoint } from "./jwks-endpoint.ts";

const endpoint = (template: string, issuerRegex = "", insecureSkipJwksEndpointSafetyCheck = false) =>
  createJwksEndpoint(template, { issuerRegex, insecureSkipJwksEndpointSafetyCheck }, "client.token");

describe("the endpoint of a key set", () => {
  it("is the template with its variables filled in", () => {
    assert.equal(endpoint("https://id/keys")({}), "https://id/keys");
    const templated = endpoint("https://{{host}}/{{realm}}/keys", "(?P<host>a\\.b|c)/(?<realm>(?:x|y)-1)");
    assert.equal(templated({ host: "a.b", realm: "x-1" }), "https://a.b/x-1/keys");
  });

  it("may only vary among values that the operator wrote down", () => {
    for (const group of ["[a-z]+", ".+", "\\w", "a.b", "a?", "a*", "a{3}", "foo|.", "\\S+", "a(?=b)", "\\1"]) {
      const pattern = `^https://(?P<realm>${group})$`;
      assert.throws(() => endpoint("https://id/{{realm}}", pattern), /must list its values/, group);
      endpoint("https://id/{{realm}}", pattern.replace("a{3}", "aaa"), true);
    }
    endpoint("https://id/keys", "(?P<realm>.+)");
  });

  it("knows only variables that are named groups", () => {
    for (const name of ["other", "", "a.b", "("]) {
      assert.throws(() => endpoint(`https://id/{{${name}}}`, "(?P<realm>a)"), /is not a named group/);
    }
  });

  it("is an HTTP address", () => {
    for (const template of ["id/keys", "file:///etc/passwd", "ftp://id"])
      assert.throws(() => endpoint(template), /http/);
  });

  it("cannot be climbed out of, even without the safety check", () => {
    const templated = endpoint("https://id/{{realm}}/keys", "(?P<realm>.*)", true);
    assert.equal(templated({ realm: "../x?y#z" }), "https://id/..%2Fx%3Fy%23z/keys");
    for (const realm of ["..", ".", ""]) assert.throws(() => templated({ realm }), TokenRefusal);
    assert.throws(() => templated({}), TokenRefusal);
  });
});
