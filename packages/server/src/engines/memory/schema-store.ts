import type { SchemaStore } from "../../hub/index.ts";

/** Schemas of one process; they end with it. Hubs that share the object share what it keeps. */
export function createMemorySchemaStore({ limit = 100 }: { readonly limit?: number } = {}): SchemaStore {
  const tenants = new Map<string, Map<string, string>>();
  return {
    load: async (tenant) => new Map(tenants.get(tenant)),
    async replace({ tenant, name }, known, next) {
      const kept = tenants.get(tenant) ?? new Map<string, string>();
      if (kept.get(name) !== known) return "taken";
      if (next === undefined) kept.delete(name);
      else if (known === undefined && kept.size >= limit) return "full";
      else kept.set(name, next);
      if (kept.size === 0) tenants.delete(tenant);
      else tenants.set(tenant, kept);
      return "done";
    },
  };
}
