import type { Hub } from "../../hub.ts";
import type { SchemaRecord, Schemas } from "../../ports/schemas.ts";
import type { Caller } from "../../session.ts";
import { HubError } from "../../values/errors.ts";
import { tellOthers } from "../server-side/target.ts";

/** The schemas that count for the caller's tenant, those of the configuration first. */
export const schemas = (hub: Hub, caller: Caller): Promise<readonly SchemaRecord[]> =>
  schemasOf(hub).list(caller.tenant.id);

export function schemasOf(hub: Hub): Schemas {
  if (!hub.schemas) throw new HubError("notAvailable", "this hub keeps no schemas");
  return hub.schemas;
}

/** Those who do not hear it look by themselves after a while. */
export const tellOfSchemas = (hub: Hub, tenant: string): Promise<void> => tellOthers(hub, { kind: "schemas", tenant });
