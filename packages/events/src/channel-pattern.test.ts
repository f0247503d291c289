import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { channelName, createChannelReader } from "./channel-pattern.ts";

describe("channel patterns", () => {
  it("make a name out of values, and values out of the name", () => {
    const value = fc.string({ minLength: 1 }).filter((text) => !text.includes(":"));
    fc.assert(
      fc.property(value, value, (tenantId, section) => {
        const name = channelName("tenant:{tenantId}:part:{section}", { tenantId, section });
        assert.deepEqual(createChannelReader("tenant:{tenantId}:part:{section}")(name), { tenantId, section });
      }),
    );
  });

  it("do not let a value reach into the next part of the name", () => {
    for (const tenantId of ["", "1:admin"]) {
      assert.throws(() => channelName("tenant:{tenantId}:billing", { tenantId }), /needs tenantId/);
    }
  });

  it("do not take names of another form", () => {
    const read = createChannelReader("tenant:{tenantId}:billing");
    for (const name of ["tenant::billing", "tenant:1:metrics", "tenant:1", "tenant:1:billing:x", "user:1:billing"]) {
      assert.equal(read(name), undefined);
    }
  });
});
