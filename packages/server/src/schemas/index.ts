export { SchemaError } from "./compile.ts";
export type { ConfiguredSchema } from "./configured.ts";
export { checkConfigured, createSchemas, type SchemasOptions } from "./create-schemas.ts";
