import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { HubError } from "../../values/errors.ts";
import { revoke } from "./revocation.ts";

export interface RevokeTokenRequest {
  /** The claim `jti` of the token. */
  readonly uid: string;
  /** Seconds since the Unix epoch, best the token's own end; 0 for never. */
  readonly expireAt: number;
}

/** Ends what a token opened, connections with 3014 and subscriptions with 2502, and accepts it no more. */
export async function revokeToken(hub: Hub, caller: Caller, { uid, expireAt }: RevokeTokenRequest): Promise<void> {
  if (uid === "") throw new HubError("badRequest", "name the token by its claim jti");
  await revoke(hub, caller, { revocation: { kind: "token", uid }, expireAt });
}
