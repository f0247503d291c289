/** A schema or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** Where schemas stand inside of a schema: one, a list, or some by name. */
const single = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const listed = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const named = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/** Words for people: they change nothing of what fits. */
export const annotations: ReadonlySet<string> = new Set([
  "$comment",
  "$id",
  "$schema",
  "default",
  "deprecated",
  "description",
  "examples",
  "readOnly",
  "title",
  "writeOnly",
]);

/** Definitions count only where something refers to them. */
export const definitionKeywords: ReadonlySet<string> = new Set(["$defs", "definitions"]);

export interface Subschema {
  readonly keyword: string;
  /** `properties.amount`, `oneOf.2`, `items` */
  readonly path: string;
  readonly schema: unknown;
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schemas directly inside of a schema. */
export function subschemas(schema: Schema): readonly Subschema[] {
  const found: Subschema[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (Array.isArray(value)) {
      if (!listed.includes(keyword)) continue;
      for (const [index, each] of value.entries()) found.push({ keyword, path: `${keyword}.${index}`, schema: each });
    } else if (named.includes(keyword) && isSchema(value)) {
      for (const [name, each] of Object.entries(value))
        found.push({ keyword, path: `${keyword}.${name}`, schema: each });
    } else if (single.includes(keyword)) found.push({ keyword, path: keyword, schema: value });
  }
  return found;
}
