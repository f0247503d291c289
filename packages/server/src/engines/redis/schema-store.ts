import type { SchemaStore } from "../../hub/index.ts";
import { failedAway } from "./failures.ts";
import { createKeys } from "./keys.ts";
import type { Link, Reply } from "./link.ts";
import { schemaReplace } from "./scripts.ts";

export interface RedisSchemaStoreOptions {
  /** The engine's, which opens and closes it. */
  readonly link: Link;
  readonly prefix: string;
  /** Schemas per tenant; 100 unless told. */
  readonly limit?: number;
}

const outcomes = ["taken", "done", "full"] as const;

/** Schemas that all nodes share, for as long as Redis keeps its data. */
export function createRedisSchemaStore({ link, prefix, limit = 100 }: RedisSchemaStoreOptions): SchemaStore {
  const keys = createKeys(prefix, link);
  return {
    async load(tenant) {
      const command = { name: "HGETALL", args: [keys.schemas(tenant)] };
      const reply = (await link.partitionOf(tenant).send(command).catch(failedAway)) as readonly Reply[];
      const found = new Map<string, string>();
      for (let i = 0; i + 1 < reply.length; i += 2) found.set(String(reply[i]), String(reply[i + 1]));
      return found;
    },

    async replace({ tenant, name }, known, next) {
      const reply = await link
        .partitionOf(tenant)
        .send({
          script: schemaReplace,
          keys: [keys.schemas(tenant)],
          args: [name, known ?? "", next ?? "", limit],
          replicated: true,
        })
        .catch(failedAway);
      return outcomes[Number(reply)] ?? "taken";
    },
  };
}
