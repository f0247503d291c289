import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { HubError } from "../../values/errors.ts";
import { revocationsOf } from "./revocation.ts";

/** Lets a user in again. One that is not blocked is no error. */
export async function unblockUser(hub: Hub, caller: Caller, user: string): Promise<void> {
  if (user === "") throw new HubError("badRequest", "name a user");
  await revocationsOf(hub).remove(caller.tenant.id, { kind: "user", user });
}
