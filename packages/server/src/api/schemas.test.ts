import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { errors } from "../hub/index.ts";
import { startTestHub, type TestHub } from "../testing.ts";

const KEY_OF_ACME = "key-of-acme";
const schema = { type: "object", required: ["n"], properties: { n: { type: "number" } } };
const numbers = { name: "numbers", channels: ["open:*"], schema };
let server: TestHub;

before(async () => {
  server = await startTestHub({
    config: {
      channel: { namespaces: [{ name: "open" }, { name: "strict", require_publication_schema: true }] },
      tenants: [{ id: "acme", api_keys: [KEY_OF_ACME, { key: "publisher", scopes: ["publish"] }] }],
      schemas: [{ name: "sales", channels: ["admin:sales"], version: 3, schema }],
    },
  });
});
after(() => server.stop());

interface Answer {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
  readonly replies?: readonly (Answer & { readonly publish?: object })[];
}

async function call(method: string, body: object, key = KEY_OF_ACME): Promise<Answer> {
  const headers = { "content-type": "application/json", "x-api-key": key };
  const response = await fetch(`${server.url}/api/${method}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(response.status, 200);
  return (await response.json()) as Answer;
}

const misfit = { code: errors.schemaMismatch.code, message: /numbers version \d: n: expected number/ };
function refused({ error }: Answer, { code, message } = misfit): void {
  assert.equal(error?.code, code);
  assert.match(error.message, message);
}

describe("schemas in the server API", () => {
  it("are set, listed and removed, and publications are refused in between", async () => {
    const bad = { channel: "open:a", data: { n: "1" } };
    assert.ok((await call("publish", bad)).result);
    assert.deepEqual((await call("set_schema", numbers)).result, { ...numbers, version: 1 });
    refused(await call("publish", bad));
    assert.ok((await call("publish", { ...bad, data: { n: 1 } })).result);
    const { result } = await call("schemas", {});
    assert.deepEqual(result, {
      schemas: [
        { name: "sales", version: 3, channels: ["admin:sales"], configured: true, schema },
        { ...numbers, version: 1 },
      ],
    });
    assert.deepEqual((await call("remove_schema", { name: "numbers" })).result, {});
    assert.ok((await call("publish", bad)).result);
  });

  it("are asked of every way to publish: each publication of a broadcast and a batch for itself, and bytes", async () => {
    await call("set_schema", { ...numbers, channels: ["open:n"] });
    const broadcast = await call("broadcast", { channels: ["open:n", "open:other"], data: { n: "1" } });
    const responses = broadcast.result?.responses as readonly Answer[];
    refused(responses[0] ?? {});
    assert.ok(responses[1]?.result);
    const publish = (data: object) => ({ publish: { channel: "open:n", data } });
    const { replies } = await call("batch", { commands: [publish({ n: "1" }), publish({ n: 1 })] });
    refused(replies?.[0] ?? {});
    assert.ok(replies?.[1]?.publish);
    const b64data = Buffer.from([0xff]).toString("base64");
    refused(await call("publish", { channel: "open:n", b64data }), { code: 302, message: /expected JSON/ });
    await call("remove_schema", { name: "numbers" });
  });

  it("of one tenant never count for another, nor are they seen there", async () => {
    await call("set_schema", numbers);
    const platform = "test-api-key";
    assert.ok((await call("publish", { channel: "open:a", data: "x" }, platform)).result);
    const seen = (await call("schemas", {}, platform)).result?.schemas as readonly { name: string }[];
    assert.deepEqual(
      seen.map(({ name }) => name),
      ["sales"],
    );
    refused(await call("publish", { tenant: "acme", channel: "open:a", data: { n: "" } }, platform));
    await call("remove_schema", { name: "numbers" });
  });

  it("of the configuration count for the platform's own channels", async () => {
    const answer = await call("publish", { channel: "admin:sales", data: { n: "1" } }, "test-api-key");
    refused(answer, { code: 302, message: /sales version 3: n: expected number/ });
  });

  it("are needed where a namespace says so", async () => {
    const publication = { channel: "strict:a", data: { n: 1 } };
    refused(await call("publish", publication), { code: 302, message: /need a schema, and none is known/ });
    await call("set_schema", { ...numbers, channels: ["strict:*"] });
    assert.ok((await call("publish", publication)).result);
    await call("remove_schema", { name: "numbers" });
  });

  it("that are none, or not compatible, are refused with the reason", async () => {
    refused(await call("set_schema", { ...numbers, schema: { type: "txt" } }), {
      code: 107,
      message: /no JSON Schema/,
    });
    await call("set_schema", numbers);
    const other = { ...numbers, schema: { type: "string" } };
    refused(await call("set_schema", other), { code: 107, message: /not compatible with version 1: .*say force/ });
    assert.equal((await call("set_schema", { ...other, force: true })).result?.version, 2);
    await call("remove_schema", { name: "numbers" });
  });

  it("are not set by a key that may only publish", async () => {
    refused(await call("set_schema", numbers, "publisher"), { code: 103, message: /needs one of the scopes/ });
  });
});
