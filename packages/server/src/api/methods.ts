import { createBatch } from "./batch.ts";
import { connecting } from "./connecting.ts";
import { managing } from "./managing.ts";
import type { Method } from "./method.ts";
import { publishing } from "./publishing.ts";
import { reading } from "./reading.ts";
import { revoking } from "./revoking.ts";

const single: readonly Method[] = [...publishing, ...managing, ...revoking, ...reading, ...connecting];

/** The whole API: routes and OpenAPI document are made from this table. */
export const methods: readonly Method[] = [...single, createBatch(single)];
