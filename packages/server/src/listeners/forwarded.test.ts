import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createClientAddress } from "./forwarded.ts";

describe("the client's address", () => {
  const clientAddress = createClientAddress(["10.0.0.0/8", "fd00::/8"]);

  it("is an address, whatever the header holds", () => {
    const entry = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constant("10.0.0.1"));
    const header = fc.array(entry).map((entries) => entries.join(", "));
    fc.assert(fc.property(header, (forwardedFor) => isIP(clientAddress("10.0.0.9", forwardedFor)) > 0));
  });

  it("is never chosen by a client behind trusted proxies", () => {
    const forged = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()));
    fc.assert(
      fc.property(forged, (entries) => {
        assert.equal(clientAddress("10.0.0.9", [...entries, "192.0.2.7", "10.0.0.1"].join(",")), "192.0.2.7");
      }),
    );
  });
});
