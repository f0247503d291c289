import { toJSONSchema } from "zod/v4/core";
import type { Known } from "../definition-index.ts";
import { isRecord } from "../envelope.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type JsonSchemaDraft = "draft-2020-12" | "draft-07";

const draftUris: Readonly<Record<JsonSchemaDraft, string>> = {
  "draft-2020-12": "https://json-schema.org/draft/2020-12/schema",
  "draft-07": "http://json-schema.org/draft-07/schema#",
};

const name: JsonSchema = { type: "string", minLength: 1 };

/**
 * What one type of event is on the wire: envelope and data. A publisher may leave out the `id`, and may add fields.
 * Throws a `TypeError` for a schema that cannot be said as JSON Schema; give such a definition a `jsonSchema`.
 */
export function eventJsonSchema(known: Known, draft: JsonSchemaDraft = "draft-2020-12"): JsonSchema {
  const { version = 1 } = known;
  return {
    title: known.type,
    ...(known.summary === undefined ? {} : { description: known.summary }),
    type: "object",
    required: ["type", "tenantId", "timestamp", ...(version > 1 ? ["schemaVersion"] : []), "data"],
    properties: {
      id: name,
      type: known.anyType ? name : { type: "string", enum: [known.type, ...(known.aliases ?? [])] },
      tenantId: name,
      instanceId: name,
      status: name,
      timestamp: { type: "string", format: "date-time" },
      schemaVersion: { const: version },
      data: dataJsonSchema(known, draft),
    },
  };
}

/**
 * What may be published in a channel of these events: what a hub is given to check publications with. Each event names
 * its type, so a refusal speaks of that type alone.
 */
export function channelJsonSchema(events: readonly Known[], draft: JsonSchemaDraft = "draft-2020-12"): JsonSchema {
  const schemas = events.map((known) => eventJsonSchema(known, draft));
  const [first] = schemas;
  if (!first) throw new TypeError("a channel without events has no schema");
  const $schema = draftUris[draft];
  if (schemas.length === 1) return { $schema, ...first };
  return { $schema, type: "object", required: ["type"], discriminator: { propertyName: "type" }, oneOf: schemas };
}

function dataJsonSchema(known: Known, draft: JsonSchemaDraft): JsonSchema {
  if (known.jsonSchema) return known.jsonSchema;
  const found = sayAsJsonSchema(known, draft);
  if (!isRecord(found)) {
    throw new TypeError(`the schema of ${known.type} cannot be said as JSON Schema; give its definition a jsonSchema`);
  }
  const { $schema: _, "~standard": __, ...schema } = found;
  return schema;
}

/** By the schema's own words (Standard JSON Schema); those of zod/mini have none, so that pages stay small. */
function sayAsJsonSchema(known: Known, draft: JsonSchemaDraft): unknown {
  const standard = known.data["~standard"];
  if ("jsonSchema" in standard && isRecord(standard.jsonSchema) && typeof standard.jsonSchema.input === "function") {
    return standard.jsonSchema.input({ target: draft });
  }
  if (standard.vendor !== "zod") return undefined;
  const target = draft === "draft-07" ? "draft-7" : draft;
  return toJSONSchema(known.data as unknown as Parameters<typeof toJSONSchema>[0], { target, io: "input" });
}
