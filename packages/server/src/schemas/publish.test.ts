import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Caller, errors, HubError, publish } from "../hub/index.ts";
import { startTestHub, type TestHub } from "../testing.ts";

describe("publishing under a schema", () => {
  let server: TestHub;
  const schema = { type: "object", required: ["n"], properties: { n: { type: "number" } } };

  before(async () => {
    server = await startTestHub({
      config: {
        channel: { namespaces: [{ name: "nn", history_size: 10, history_ttl: "60s" }] },
        schemas: [{ name: "numbers", channels: ["nn:*"], schema }],
      },
    });
  });
  after(() => server.stop());

  const attempt = async (data: string | Uint8Array, more: object = {}): Promise<number> => {
    const tenant = server.hub.directory.tenant("default");
    assert.ok(tenant);
    const caller: Caller = { tenant, crossesTenants: true, session: undefined };
    try {
      await publish(server.hub, caller, { channel: "nn:1", data, ...more });
      return 0;
    } catch (error) {
      assert.ok(error instanceof HubError);
      return error.code;
    }
  };

  it("leaves no trace of what does not fit: no history, no offset, no used idempotency key", async () => {
    const key = { idempotencyKey: "once" };
    assert.equal(await attempt('{"n":"1"}', key), errors.schemaMismatch.code);
    assert.equal(await attempt('{"n":1}', key), 0);
    const { publications, offset } = (await server.api("history", { channel: "nn:1", limit: 10 })) as {
      publications: readonly { data: unknown }[];
      offset: number;
    };
    assert.deepEqual([publications.map(({ data }) => data), offset], [[{ n: 1 }], 1]);
  });

  it("is not fooled by text that only looks like the other: byte marks, doubled members, prototypes", async () => {
    assert.equal(await attempt('\ufeff{"n":1}'), errors.schemaMismatch.code);
    assert.equal(await attempt('{"n":1,"n":"2"}'), errors.schemaMismatch.code);
    assert.equal(await attempt('{"__proto__":{"n":1}}'), errors.schemaMismatch.code);
    assert.equal(await attempt('{"constructor":1}'), errors.schemaMismatch.code);
  });
});
