import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { HubError } from "../../values/errors.ts";
import { revoke } from "./revocation.ts";

export interface BlockUserRequest {
  readonly user: string;
  /** Seconds since the Unix epoch; 0 for never. */
  readonly expireAt: number;
}

/** Ends the connections of a user with 3507, on every node, and lets the user in no more. */
export async function blockUser(hub: Hub, caller: Caller, { user, expireAt }: BlockUserRequest): Promise<void> {
  if (user === "") throw new HubError("badRequest", "name a user: anonymous connections have none");
  await revoke(hub, caller, { revocation: { kind: "user", user }, expireAt });
}
