import type { Hub } from "../../hub.ts";
import type { SchemaOrder, SchemaRecord } from "../../ports/schemas.ts";
import type { Caller } from "../../session.ts";
import { schemasOf, tellOfSchemas } from "./schemas.ts";

/**
 * Keeps a schema of the caller's tenant: from now on here, on the other nodes within moments, publications are held
 * against it. Throws `HubError` badRequest, limitExceeded, notAvailable.
 */
export async function setSchema(hub: Hub, caller: Caller, order: SchemaOrder): Promise<SchemaRecord> {
  const record = await schemasOf(hub).put(caller.tenant.id, order);
  await tellOfSchemas(hub, caller.tenant.id);
  return record;
}
