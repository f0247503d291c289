import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as v from "valibot";
import * as z from "zod";
import { defineEvents, family, InvalidEventError, type ReadResult } from "./index.ts";

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };
let made = 0;
const ids = { next: () => `id-${++made}` };

const shop = defineEvents(
  {
    "order.placed": z.object({ orderId: z.string(), total: z.number() }),
    ...family(
      { family: "parcels", channels: ["tenant:{tenantId}:parcels", "user:{userId}:parcels"], flat: true },
      {
        "parcel.sent": {
          data: v.object({ parcelId: v.string(), weight: v.number() }),
          aliases: ["parcel_sent"],
          status: "sent",
          version: 3,
          upcast: {
            1: (data: { parcel: string }) => ({ parcelId: data.parcel, grams: 1000 }),
            2: (data: { parcelId: string; grams: number }) => ({ parcelId: data.parcelId, weight: data.grams / 1000 }),
          },
        },
        "parcel.lost": v.object({ parcelId: v.string() }),
      },
    ),
  },
  { clock, ids },
);

const issuesOf = (result: ReadResult<unknown>): readonly string[] =>
  result.ok ? [] : result.issues.map(({ path, message }) => `${path}: ${message}`);

describe("defineEvents", () => {
  it("makes an event in full, with an id, a time and the status of its type", () => {
    const event = shop.create("parcel.sent", { tenantId: "7", data: { parcelId: "p", weight: 2 } });
    assert.deepEqual(event, {
      id: "id-1",
      type: "parcel.sent",
      tenantId: "7",
      status: "sent",
      timestamp: "2026-01-02T03:04:05.000Z",
      schemaVersion: 3,
      parcelId: "p",
      weight: 2,
      data: { parcelId: "p", weight: 2 },
    });
  });

  it("refuses to make an event whose data does not fit, naming the field and what it should be", () => {
    const wrong = { orderId: "a", total: "b" } as unknown as { orderId: string; total: number };
    assert.throws(
      () => shop.create("order.placed", { tenantId: "7", data: wrong }),
      (error) =>
        error instanceof InvalidEventError &&
        error.issues[0]?.path === "data.total" &&
        /the event order\.placed does not fit: data\.total: .*expected number/.test(error.message),
    );
  });

  it("names the field of a valibot schema just the same", () => {
    const result = shop.tryParse({ type: "parcel.lost", tenantId: "7", data: { parcelId: 5 } });
    assert.deepEqual(issuesOf(result), ["data.parcelId: Invalid type: Expected string but received 5"]);
  });

  it("reads the name of an alias as the type", () => {
    const event = shop.parse(
      { type: "parcel_sent", data: { parcelId: "p", weight: 1 } },
      { channel: "tenant:7:parcels" },
    );
    assert.equal(event.type, "parcel.sent");
    assert.equal(event.tenantId, "7");
  });

  it("brings data of older versions up to date, step by step", () => {
    const old = { type: "parcel.sent", tenantId: "7", schemaVersion: 1, data: { parcel: "p" } };
    const event = shop.parse(old, { channel: "tenant:7:parcels" });
    assert.deepEqual(event.data, { parcelId: "p", weight: 1 });
    assert.equal(event.schemaVersion, 3);
  });

  it("refuses a version that it does not know", () => {
    const from = (schemaVersion: unknown): readonly string[] =>
      issuesOf(shop.tryParse({ type: "parcel.sent", tenantId: "7", schemaVersion, data: {} }));
    for (const version of [0, 4, 1.5, "1"]) {
      assert.deepEqual(from(version), ["schemaVersion: expected a version of parcel.sent from 1 to 3"]);
    }
  });

  it("takes data that stands beside the envelope, and says where a field is wrong there", () => {
    const loose = { type: "parcel.lost", tenantId: "7", parcelId: "p", why: "rain" };
    assert.deepEqual(shop.parse(loose, { channel: "tenant:7:parcels" }).data, { parcelId: "p", why: "rain" });
    const wrong = shop.tryParse({ type: "parcel.lost", tenantId: "7", parcelId: 1 });
    assert.match(issuesOf(wrong)[0] ?? "", /^parcelId: /);
  });

  it("takes data of which a part stands beside it", () => {
    const event = shop.parse({ type: "parcel.sent", tenantId: "7", weight: 1, data: { parcelId: "p" } });
    assert.deepEqual(event.data, { parcelId: "p", weight: 1 });
  });

  it("keeps fields that it does not know", () => {
    const event = shop.parse({
      type: "order.placed",
      tenantId: "7",
      trace: "t",
      data: { orderId: "a", total: 1, n: 1 },
    });
    assert.deepEqual(event.data, { orderId: "a", total: 1, n: 1 });
    assert.equal((event as { trace?: string }).trace, "t");
  });

  it("refuses what is no event at all, and what is of no known type", () => {
    for (const nothing of [null, "text", 7, [], undefined]) {
      assert.deepEqual(issuesOf(shop.tryParse(nothing)), [
        ": expected an event: an object with type, tenantId, timestamp and data",
      ]);
    }
    const types = "expected one of order.placed, parcel.sent, parcel.lost";
    assert.deepEqual(issuesOf(shop.tryParse({ msg: "done", time: "today" })), [`type: missing; ${types}`]);
    assert.deepEqual(issuesOf(shop.tryParse({ type: 5 })), [`type: must be a text; ${types}`]);
    assert.deepEqual(issuesOf(shop.tryParse({ type: "x" })), [`type: "x" is unknown; ${types}`]);
  });

  it("refuses an event in a channel of other events", () => {
    const value = { type: "order.placed", tenantId: "7", data: { orderId: "a", total: 1 } };
    assert.deepEqual(issuesOf(shop.tryParse(value, { channel: "tenant:7:parcels" })), [
      'type: "order.placed" does not belong in tenant:7:parcels; expected one of parcel.sent, parcel.lost',
    ]);
    assert.ok(shop.tryParse(value, { channel: "chat:lobby" }).ok, "a channel that no pattern names says nothing");
  });

  it("refuses the tenant of another channel, and an event without a tenant", () => {
    const lost = { type: "parcel.lost", data: { parcelId: "p" } };
    assert.deepEqual(issuesOf(shop.tryParse({ ...lost, tenantId: "8" }, { channel: "tenant:7:parcels" })), [
      'tenantId: expected "7", the tenant of tenant:7:parcels',
    ]);
    assert.deepEqual(issuesOf(shop.tryParse(lost, { channel: "user:5:parcels" })), [
      "tenantId: missing; expected the id of a tenant",
    ]);
    assert.equal(shop.parse(lost, { channel: "user:5:parcels", tenantId: "9" }).tenantId, "9");
  });

  it("refuses a time that is none, and an id that is no text", () => {
    const lost = { type: "parcel.lost", tenantId: "7", data: { parcelId: "p" } };
    for (const timestamp of ["today", "2026-13-45T00:00:00Z", true, {}]) {
      assert.deepEqual(issuesOf(shop.tryParse({ ...lost, timestamp })), [
        "timestamp: expected a time as 2026-01-31T12:00:00Z",
      ]);
    }
    assert.deepEqual(issuesOf(shop.tryParse({ ...lost, id: 7 })), ["id: expected a text that is not empty"]);
    assert.equal(shop.parse({ ...lost, timestamp: 0 }).timestamp, "1970-01-01T00:00:00.000Z");
  });

  it("takes the id and the time of the context for an event that has none", () => {
    const lost = { type: "parcel.lost", tenantId: "7", data: { parcelId: "p" } };
    const event = shop.parse(lost, { id: "epoch:4", timestamp: "2026-05-05T00:00:00Z" });
    assert.equal(event.id, "epoch:4");
    assert.equal(event.timestamp, "2026-05-05T00:00:00Z");
  });

  it("refuses a catalogue in which two types have one name", () => {
    const data = z.object({});
    assert.throws(() => defineEvents({ a: { data, aliases: ["b"] }, b: data }), /"b" twice: for a and for b/);
  });

  it("says plainly that it cannot wait for a schema", () => {
    const slow = defineEvents({ slow: z.object({}).refine(async () => true) });
    assert.throws(() => slow.create("slow", { tenantId: "7", data: {} }), /synchronous|asynchronous/i);
  });
});
