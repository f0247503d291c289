import type { SchemaStore, Schemas } from "../hub/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { type Compile, createCompile } from "./compile.ts";
import { type ConfiguredSchema, useConfigured } from "./configured.ts";
import { Registry } from "./registry.ts";

export interface SchemasOptions {
  readonly configured: readonly ConfiguredSchema[];
  readonly store: SchemaStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What publications are held against. Throws `SchemaError` for a configured schema that is none. */
export async function createSchemas({ configured, ...rest }: SchemasOptions): Promise<Schemas> {
  const compiler = createCompiler();
  return new Registry({ ...rest, compiler, configuredOf: await useConfigured(configured, compiler) });
}

/** Throws `SchemaError` for a configured schema that is none. */
export async function checkConfigured(configured: readonly ConfiguredSchema[]): Promise<void> {
  await useConfigured(configured, createCompiler());
}

function createCompiler(): () => Promise<Compile> {
  let compiling: Promise<Compile> | undefined;
  return () => {
    compiling ??= createCompile();
    return compiling;
  };
}
