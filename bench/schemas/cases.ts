import { readFileSync } from "node:fs";

/** A publication and the schema that it fits. */
export interface Case {
  readonly name: string;
  readonly schema: string;
  readonly data: unknown;
  /** Set as a tenant would, so that expressions are matched in linear time; otherwise it is of the configuration. */
  readonly throughApi?: boolean;
}

const schemaOf = (family: string): string =>
  readFileSync(new URL(`../../packages/events/schemas/${family}.json`, import.meta.url), "utf8");

const event = (type: string, data: object): object => ({
  id: "019b7a33-0000-7000-8000-000000000000",
  type,
  tenantId: "12345",
  timestamp: "2026-01-01T00:00:00.000Z",
  data,
});

const row = {
  type: "object",
  required: ["sku", "amount", "price"],
  properties: {
    sku: { type: "string", pattern: "^[A-Z]{3}-[0-9]+$" },
    amount: { type: "integer", minimum: 1 },
    price: { type: "number", minimum: 0 },
    note: { type: "string", maxLength: 200 },
  },
};
const table = JSON.stringify({ type: "object", properties: { rows: { type: "array", items: row } } });
const rows = Array.from({ length: 80 }, (_, i) => ({
  sku: `ABC-${i}`,
  amount: 1 + i,
  price: 9.9,
  note: "x".repeat(50),
}));

export const cases: readonly Case[] = [
  {
    name: "metrics_update, one type of event",
    schema: schemaOf("metrics"),
    data: event("metrics_update", { cpu: 45.2, memory: 67.8, storage: 23.1 }),
  },
  {
    name: "deployment_progress, one of five types",
    schema: schemaOf("deployments"),
    data: event("deployment_progress", { deploymentId: "deploy-456", progress: 45, message: "Pulling images" }),
  },
  { name: "a table of 80 rows with an expression each", schema: table, data: { rows } },
  { name: "the same with a tenant's schema, set through the API", schema: table, data: { rows }, throughApi: true },
];
