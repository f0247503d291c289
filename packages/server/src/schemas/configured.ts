import { type Compile, SchemaError, type Validate } from "./compile.ts";
import type { Checked } from "./kept.ts";

/** A schema of the configuration. */
export interface ConfiguredSchema {
  /** Absent: it counts for every tenant and for the platform. */
  readonly tenant?: string;
  readonly name: string;
  readonly version: number;
  readonly channels: readonly string[];
  readonly schema: string;
}

/** Which configured schemas a tenant has. */
export type ConfiguredOf = (tenant: string) => readonly Checked[];

/** Compiles them all. Throws `SchemaError` with the name of one that is none. */
export async function useConfigured(
  configured: readonly ConfiguredSchema[],
  compiler: () => Promise<Compile>,
): Promise<ConfiguredOf> {
  const shared: Checked[] = [];
  const byTenant = new Map<string, Checked[]>();
  for (const { tenant, ...rest } of configured) {
    const checked = { record: { ...rest, fixed: true }, validate: compileNamed(await compiler(), rest) };
    if (tenant === undefined) shared.push(checked);
    else byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), checked]);
  }
  return (tenant) => [...shared, ...(byTenant.get(tenant) ?? [])];
}

function compileNamed(compile: Compile, { name, schema }: Omit<ConfiguredSchema, "tenant">): Validate {
  try {
    return compile(schema, { trusted: true });
  } catch (error) {
    throw error instanceof SchemaError ? new SchemaError(`${name}: ${error.message}`) : error;
  }
}
