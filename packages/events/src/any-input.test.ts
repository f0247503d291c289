import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { catalogue, fromCloudEvent, fromHttpMessage, InvalidEventError } from "./index.ts";

const types = catalogue.known.flatMap(({ type, aliases = [] }) => [type, ...aliases]);
const channels = catalogue.known.flatMap(({ channels: patterns = [] }) =>
  patterns.map((each) => each.replace(/\{\w+\}/, "7")),
);
const anything = fc.anything({ withNullPrototype: true, withDate: true });

/** Objects that look like events more or less. */
const nearly = fc.record(
  {
    id: anything,
    type: fc.oneof(fc.constantFrom(...types), anything),
    tenantId: fc.oneof(fc.string(), anything),
    timestamp: fc.oneof(fc.date().map(String), anything),
    status: anything,
    schemaVersion: fc.oneof(fc.nat(3), anything),
    data: anything,
    progress: anything,
    message: anything,
  },
  { requiredKeys: [] },
);
const whole = fc.constantFrom(...catalogue.known).map(({ type, example }) => ({ type, tenantId: "7", data: example }));

describe("whatever comes in", () => {
  it("is an event or is refused with issues, and never throws anything else", () => {
    fc.assert(
      fc.property(fc.oneof(anything, nearly), fc.option(fc.constantFrom(...channels, "chat:1")), (value, channel) => {
        const result = catalogue.tryParse(value, channel === null ? {} : { channel });
        if (result.ok) assert.ok(result.event.id !== "" && result.event.type !== "" && result.event.data !== undefined);
        else assert.ok(result.issues.length > 0 && result.issues.every(({ message }) => message !== ""));
      }),
      { numRuns: 500 },
    );
  });

  it("is the same event when it is read again", () => {
    const extra = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
      fc.json().map((text): unknown => JSON.parse(text)),
    );
    fc.assert(
      fc.property(whole, extra, (event, more) => {
        const once = catalogue.tryParse({ ...more, ...event });
        if (!once.ok) return;
        assert.deepEqual(catalogue.parse(JSON.parse(JSON.stringify(once.event))), once.event);
      }),
    );
  });

  it("is a CloudEvent, or is refused as none", () => {
    const attempt = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        assert.ok(error instanceof InvalidEventError, String(error));
      }
    };
    const headers = fc.dictionary(
      fc.constantFrom("content-type", "ce-id", "ce-type", "ce-source", "ce-specversion"),
      fc.string(),
    );
    fc.assert(
      fc.property(anything, headers, fc.oneof(fc.json(), fc.string()), (value, given, body) => {
        attempt(() => fromCloudEvent(value));
        attempt(() => fromHttpMessage({ headers: given, body }));
        const structured = { ...given, "content-type": "application/cloudevents+json" };
        attempt(() => fromHttpMessage({ headers: structured, body }));
      }),
      { numRuns: 300 },
    );
  });
});
