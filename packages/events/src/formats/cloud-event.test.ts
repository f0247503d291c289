import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  catalogue,
  fromCloudEvent,
  fromHttpMessage,
  InvalidEventError,
  toCloudEvent,
  toHttpMessage,
} from "../index.ts";

const event = catalogue.create("payment_received", {
  id: "e-1",
  tenantId: "12345",
  instanceId: "odoo-12345",
  timestamp: "2026-01-01T00:00:00Z",
  data: { invoiceId: "INV-1", amount: 299.9 },
});
const channel = "tenant:12345:billing";

describe("CloudEvents", () => {
  it("carry an event in the words of the standard", () => {
    assert.deepEqual(toCloudEvent(event, { typePrefix: "com.example." }), {
      specversion: "1.0",
      id: "e-1",
      source: "/tenants/12345",
      type: "com.example.payment_received",
      subject: "odoo-12345",
      time: "2026-01-01T00:00:00Z",
      datacontenttype: "application/json",
      tenantid: "12345",
      status: "paid",
      data: { invoiceId: "INV-1", amount: 299.9 },
    });
  });

  it("become the same event again", () => {
    const names = { typePrefix: "com.example." };
    assert.deepEqual(catalogue.parse(fromCloudEvent(toCloudEvent(event, names), names), { channel }), event);
    for (const mode of ["structured", "binary"] as const) {
      const back = fromHttpMessage(toHttpMessage(event, mode, names), names);
      assert.deepEqual(catalogue.parse(back, { channel }), event);
    }
  });

  it("travel in HTTP headers whatever their texts hold", () => {
    const text = fc.string({ unit: "binary", minLength: 1 }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(text, text, fc.json(), (tenantId, status, json) => {
        const { data } = { data: { title: "t", message: json } };
        const given = catalogue.create("notification", { tenantId, status, data });
        const message = toHttpMessage(given, "binary");
        for (const value of Object.values(message.headers)) assert.match(value, /^[\x20-\x7e]*$/);
        assert.deepEqual(catalogue.parse(fromHttpMessage(message)), given);
      }),
    );
  });

  it("use the header names of the HTTP binding, in any case", () => {
    const { headers, body } = toHttpMessage({ ...event, status: "bezahlt: 5 € 100%" }, "binary");
    assert.equal(headers["ce-status"], "bezahlt:%205%20%E2%82%AC%20100%25");
    assert.equal(headers["content-type"], "application/json");
    assert.equal(body, '{"invoiceId":"INV-1","amount":299.9}');
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    assert.equal(fromHttpMessage({ headers: shouted, body }).status, "bezahlt: 5 € 100%");
  });

  it("of strangers are read: data as base64, a tenant in the source, no time", () => {
    const foreign = {
      specversion: "1.0",
      id: "x",
      source: "/tenants/a%20b",
      type: "payment_received",
      data_base64: btoa('{"invoiceId":"I","amount":1}'),
    };
    const read = fromCloudEvent(foreign);
    assert.deepEqual(read, { id: "x", type: "payment_received", tenantId: "a b", data: { invoiceId: "I", amount: 1 } });
    assert.equal(fromCloudEvent({ ...foreign, source: "urn:other" }).tenantId, undefined);
  });

  it("that are none are refused with the attribute that is wrong", () => {
    const paths = (value: unknown): readonly string[] => {
      try {
        fromCloudEvent(value);
        return [];
      } catch (error) {
        assert.ok(error instanceof InvalidEventError);
        return error.issues.map(({ path }) => path);
      }
    };
    const good = { specversion: "1.0", id: "x", source: "s", type: "t" };
    assert.deepEqual(paths(good), []);
    assert.deepEqual(paths(null), ["specversion", "id", "source", "type"]);
    assert.deepEqual(paths({ ...good, specversion: "0.3" }), ["specversion"]);
    assert.deepEqual(paths({ ...good, datacontenttype: "text/xml" }), ["datacontenttype"]);
    assert.deepEqual(paths({ ...good, data_base64: "!" }), ["data_base64"]);
    for (const body of ["", "{"]) {
      const headers = { "content-type": "application/cloudevents+json" };
      assert.throws(() => fromHttpMessage({ headers, body }), /expected JSON/);
    }
    assert.throws(() => fromHttpMessage({ headers: { "content-type": "text/plain" }, body: "x" }), /datacontenttype/);
  });
});
