import { schemaStoreContract } from "../schema-store.contract.ts";
import { createMemorySchemaStore } from "./index.ts";

schemaStoreContract("memory", {
  async cluster({ limit }) {
    // Nodes of one process share the object.
    const store = createMemorySchemaStore({ limit });
    return { node: async () => store, close: async () => {} };
  },
});
