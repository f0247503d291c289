export { SchemaError } from "./compile.ts";
export type { ConfiguredSchema } from "./configured.ts";
export { createSchemas, type SchemasOptions } from "./create-schemas.ts";
