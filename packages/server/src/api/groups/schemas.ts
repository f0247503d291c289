import { removeSchema, type SchemaRecord, schemas, setSchema } from "../../hub/index.ts";
import { type Method, method } from "../method.ts";
import { about, flag, integer, json, list, optional, type Schema, text } from "../shape.ts";

const record: Schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    version: { type: "integer", minimum: 1 },
    channels: { type: "array", items: { type: "string" } },
    schema: { type: "object" },
    configured: { type: "boolean" },
  },
  required: ["name", "version", "channels", "schema"],
};

const recordJson = ({ name, version, channels, schema, fixed }: SchemaRecord): string => {
  const rest = JSON.stringify({ name, version, channels, ...(fixed ? { configured: true } : {}) });
  return `${rest.slice(0, -1)},"schema":${schema}}`;
};

export const schemaMethods: readonly Method[] = [
  method({
    name: "set_schema",
    summary: "Says what publications in some channels have to be; others are refused.",
    scope: "manage",
    request: {
      name: text,
      channels: about(list(text), "Channel names that it counts for, where * stands for anything."),
      schema: about(json, "JSON Schema, draft 2020-12 or 07."),
      version: about(
        optional(integer(1)),
        "The version that this becomes: refused when another one got there first. Without it the next one.",
      ),
      force: about(optional(flag, false), "Take a schema that is not compatible with the one before."),
    },
    result: record,
    async run(hub, caller, { name, channels, schema, version, force }) {
      const order = { name, channels, schema, force, ...(version === undefined ? {} : { version }) };
      return recordJson(await setSchema(hub, caller, order));
    },
  }),

  method({
    name: "remove_schema",
    summary: "Holds publications against a schema no more.",
    scope: "manage",
    request: { name: text },
    result: { type: "object" },
    async run(hub, caller, { name }) {
      await removeSchema(hub, caller, name);
      return "{}";
    },
  }),

  method({
    name: "schemas",
    summary: "The schemas that publications of the tenant are held against.",
    scope: "read",
    request: {},
    result: { type: "object", properties: { schemas: { type: "array", items: record } }, required: ["schemas"] },
    async run(hub, caller) {
      return `{"schemas":[${(await schemas(hub, caller)).map(recordJson).join(",")}]}`;
    },
  }),
];
