import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { type ApiHouse, createApiHouse } from "./api.fixture.ts";
import { methods } from "./methods.ts";

let house: ApiHouse;
before(async () => {
  house = await createApiHouse();
});
after(() => house.stop());

const member = fc.constantFrom(
  ...["channel", "channels", "data", "b64data", "tags", "version", "user", "client", "since", "limit", "commands"],
  ...[
    "whitelist",
    "disconnect",
    "override",
    "recover_since",
    "info",
    "tenant",
    "pattern",
    "method",
    "params",
    "publish",
  ],
  ...["__proto__", "constructor", "epoch", "offset", "value", "presence"],
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("kept:a", "plain", "", "acme", null, true, 0, -1, 1e300, 2 ** 53),
    fc.string(),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.array(fc.tuple(member, tie("any")), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
})).any;

const name = fc.constantFrom(...methods.map((method) => `/${method.name}`), "", "/unknown");

describe("any body", () => {
  it("gets a reply of the protocol", async () => {
    const body = fc.oneof({ weight: 4, arbitrary: value.map((each) => JSON.stringify(each)) }, fc.string());
    await fc.assert(
      fc.asyncProperty(name, body, async (path, text) => {
        const reply = await house.send(`/api${path}`, text);
        assert.ok([200, 400, 404].includes(reply.status));
        for (const line of reply.body.split("\n")) {
          const parsed = JSON.parse(line);
          assert.ok("result" in parsed || "replies" in parsed || Number.isInteger(parsed.error.code), line);
          assert.notEqual(parsed.error?.code, 100, line);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of bytes gets a reply too", async () => {
    await fc.assert(
      fc.asyncProperty(name, fc.uint8Array({ maxLength: 40 }), async (path, bytes) => {
        const reply = await house.send(`/api${path}`, bytes);
        assert.ok([200, 400, 404].includes(reply.status));
      }),
    );
  });

  it("keeps its data through publish and history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.nat(2), async (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), undefined, indent);
        await house.call("publish", `{"channel":"kept:same","data":${text}}`);
        const { body } = await house.send("/api/history", '{"channel":"kept:same","limit":1,"reverse":true}');
        const kept = text.includes("\n") ? JSON.stringify(JSON.parse(json)) : text;
        assert.ok(body.startsWith(`{"result":{"publications":[{"data":${kept},"offset":`), body);
      }),
    );
  });
});
