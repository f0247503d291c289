/** Where schemas of tenants are kept, by name, as texts that only who wrote them understands. */
export interface SchemaStore {
  load(tenant: string): Promise<ReadonlyMap<string, string>>;
  /**
   * One atomic step: puts `next` where `known` is, nothing standing for nothing. `taken`: something else is there. `full`:
   * the tenant has as many as it may. When it resolves `done`, every later `load` on any node finds it.
   */
  replace(place: SchemaPlace, known: string | undefined, next: string | undefined): Promise<"done" | "taken" | "full">;
}

export interface SchemaPlace {
  readonly tenant: string;
  readonly name: string;
}
