import { createBatch } from "./batch.ts";
import { connecting } from "./groups/connecting.ts";
import { managing } from "./groups/managing.ts";
import { publishing } from "./groups/publishing.ts";
import { reading } from "./groups/reading.ts";
import { revoking } from "./groups/revoking.ts";
import { schemaMethods } from "./groups/schemas.ts";
import type { Method } from "./method.ts";

const single: readonly Method[] = [
  ...publishing,
  ...managing,
  ...revoking,
  ...schemaMethods,
  ...reading,
  ...connecting,
];

/** The whole API: routes and OpenAPI document are made from this table. */
export const methods: readonly Method[] = [...single, createBatch(single)];
