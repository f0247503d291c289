import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as v from "valibot";
import * as z from "zod";
import { catalogue, channelJsonSchema, defineEvents, eventJsonSchema, type JsonSchema } from "../index.ts";

const strict = { strict: true, strictRequired: false, strictTypes: false, discriminator: true } as const;
const checkers = {
  "draft-07": addFormats.default(new Ajv.default(strict)),
  "draft-2020-12": addFormats.default(new Ajv2020.default(strict)),
} as const;
const at = "2026-01-01T00:00:00Z";
const event = (type: string, data: unknown): object => ({ type, tenantId: "1", timestamp: at, data });

describe("JSON Schema of events", () => {
  for (const draft of ["draft-07", "draft-2020-12"] as const) {
    it(`says the same of the examples as the catalogue, in ${draft}`, () => {
      for (const known of catalogue.known) {
        const validate = checkers[draft].compile(eventJsonSchema(known, draft));
        assert.ok(validate(event(known.type, known.example)), `${known.type}: ${JSON.stringify(validate.errors)}`);
        assert.ok(validate(catalogue.parse(event(known.type, known.example))), `${known.type} in full`);
        assert.ok(!validate(event(known.type, 5)), `${known.type} with data that is none`);
        assert.ok(!validate({ type: known.type, data: known.example }), `${known.type} without an envelope`);
      }
    });
  }

  it("tells of a channel with several events what is wrong with the one that was meant", () => {
    const validate = checkers["draft-2020-12"].compile(channelJsonSchema(catalogue.on("tenant:1:deployments")));
    for (const type of ["deployment_progress", "deployment.progress"]) {
      assert.ok(validate(event(type, { progress: 5 })));
      assert.ok(!validate(event(type, { progress: "5" })));
      assert.deepEqual(
        validate.errors?.map((error) => [error.instancePath, error.message]),
        [["/data/progress", "must be number"]],
      );
    }
    assert.ok(!validate({ msg: "acabó", time: "hoy" }));
    assert.match(validate.errors?.[0]?.message ?? "", /required property 'type'/);
  });

  it("asks events of later versions to name theirs", () => {
    const { known } = defineEvents({ a: { data: z.object({}), version: 2 } });
    const [first] = known;
    assert.ok(first);
    const validate = checkers["draft-2020-12"].compile(eventJsonSchema(first));
    assert.ok(validate({ ...event("a", {}), schemaVersion: 2 }));
    assert.ok(!validate({ ...event("a", {}), schemaVersion: 1 }) && !validate(event("a", {})));
  });

  it("comes from a schema's own words, or from those of the definition, or is missed plainly", () => {
    const jsonSchema: JsonSchema = { type: "object", required: ["n"] };
    const data = v.object({ n: v.number() });
    const [own, given, none] = defineEvents({
      own: z.object({ n: z.number() }),
      given: { data, jsonSchema },
      none: data,
    }).known;
    assert.ok(own && given && none);
    const dataOf = (schema: JsonSchema): unknown => (schema.properties as Record<string, unknown>).data;
    assert.deepEqual(dataOf(eventJsonSchema(own)), {
      type: "object",
      properties: { n: { type: "number" } },
      required: ["n"],
    });
    assert.deepEqual(dataOf(eventJsonSchema(given)), jsonSchema);
    assert.throws(() => eventJsonSchema(none), /the schema of none cannot be said as JSON Schema/);
    assert.throws(() => channelJsonSchema([]), /without events/);
  });
});
