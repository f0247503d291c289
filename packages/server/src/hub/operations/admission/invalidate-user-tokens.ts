import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { HubError } from "../../values/errors.ts";
import { revoke } from "./revocation.ts";

export interface InvalidateUserTokensRequest {
  readonly user: string;
  /** Seconds since the Unix epoch; 0 for now. Tokens without the claim `iat` are from before any time. */
  readonly issuedBefore: number;
  /** Only subscription tokens for this channel; "" for every token of the user. */
  readonly channel: string;
  /** Seconds since the Unix epoch; 0 for never. */
  readonly expireAt: number;
}

/** Ends what older tokens of a user opened, connections with 3014 and subscriptions with 2502, and accepts them no more. */
export async function invalidateUserTokens(
  hub: Hub,
  caller: Caller,
  request: InvalidateUserTokensRequest,
): Promise<void> {
  const { user, channel, expireAt } = request;
  if (user === "") throw new HubError("badRequest", "name a user: anonymous connections have none");
  const issuedBefore = request.issuedBefore || Math.floor(hub.clock.now() / 1000);
  await revoke(hub, caller, { revocation: { kind: "tokens", user, issuedBefore, channel }, expireAt });
}
