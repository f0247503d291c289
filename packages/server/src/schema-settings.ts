import { readFileSync } from "node:fs";
import { ConfigError } from "./config/config-error.ts";
import type { Config, PublicationSchemaConfig } from "./config/schema.ts";
import type { Schemas } from "./hub/index.ts";
import {
  type ConfiguredSchema,
  checkConfigured,
  createSchemas,
  SchemaError,
  type SchemasOptions,
} from "./schemas/index.ts";

/** What publications are held against. Throws `ConfigError` for schemas of the configuration that are none. */
export const composeSchemas = async (config: Config, rest: Omit<SchemasOptions, "configured">): Promise<Schemas> =>
  createSchemas({ configured: toConfiguredSchemas(config), ...rest }).catch(asConfigError);

/** Throws as `composeSchemas`. */
export const checkSchemas = async (config: Config): Promise<void> =>
  checkConfigured(toConfiguredSchemas(config)).catch(asConfigError);

function asConfigError(error: unknown): never {
  throw error instanceof SchemaError ? new ConfigError([`schemas: ${error.message}`]) : error;
}

function toConfiguredSchemas({ schemas, tenants }: Config): readonly ConfiguredSchema[] {
  return [
    ...schemas.map((each, index) => toConfigured(each, `schemas[${index}]`)),
    ...tenants.flatMap(({ id: tenant, schemas: own }, at) =>
      own.map((each, index) => ({ ...toConfigured(each, `tenants[${at}].schemas[${index}]`), tenant })),
    ),
  ];
}

function toConfigured({ file, schema, ...rest }: PublicationSchemaConfig, path: string): ConfiguredSchema {
  if (rest.channels.length === 0) throw new ConfigError([`${path}.channels: missing, expected names of channels`]);
  return { ...rest, schema: file === "" ? JSON.stringify(schema) : read(file, path) };
}

function read(file: string, path: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ConfigError([`${path}.file: cannot read ${file}`]);
  }
}
