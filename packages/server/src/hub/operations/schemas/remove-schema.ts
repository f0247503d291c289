import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { schemasOf, tellOfSchemas } from "./schemas.ts";

/** Holds publications of the caller's tenant against a schema no more. Throws `HubError` badRequest, notAvailable. */
export async function removeSchema(hub: Hub, caller: Caller, name: string): Promise<void> {
  await schemasOf(hub).remove(caller.tenant.id, name);
  await tellOfSchemas(hub, caller.tenant.id);
}
