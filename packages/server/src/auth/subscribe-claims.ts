import { parseActions, type SubscribeGrant, type SubscribeOverride } from "../hub/index.ts";
import { type Filter, FilterError, parseFilter } from "../kit/filter.ts";
import { parsedClaim } from "./parsed-claim.ts";
import { payloadClaim } from "./payload-claim.ts";
import { isObject } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

const overrideNames: Readonly<Record<string, keyof SubscribeOverride>> = {
  presence: "presence",
  join_leave: "joinLeave",
  force_recovery: "forceRecovery",
  force_positioning: "forcePositioning",
  force_push_join_leave: "forcePushJoinLeave",
};

function readOverride(value: unknown): SubscribeOverride | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new TokenRefusal("invalid", "the claim override must be an object");
  const override: { -readonly [name in keyof SubscribeOverride]: boolean } = {};
  for (const [claim, name] of Object.entries(overrideNames)) {
    const entry = value[claim];
    if (entry === undefined || entry === null) continue;
    const flag = isObject(entry) ? (entry.value ?? false) : undefined;
    if (typeof flag !== "boolean") {
      throw new TokenRefusal("invalid", `override.${claim} must be an object such as {"value": true}`);
    }
    override[name] = flag;
  }
  return override;
}

function readFilter(value: unknown): Filter | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    return parseFilter(value);
  } catch (error) {
    if (error instanceof FilterError)
      throw new TokenRefusal("invalid", `the claim server_tags_filter: ${error.message}`);
    throw error;
  }
}

/** `info`, `data` (or their base64 forms), `override`, `allow` and `server_tags_filter`, as a subscription token and each entry of `subs` have them. */
export function readSubscribeClaims(claims: Readonly<Record<string, unknown>>, expireAt: number): SubscribeGrant {
  const info = payloadClaim(claims, "info");
  const data = payloadClaim(claims, "data");
  const override = readOverride(claims.override);
  const allow = parsedClaim(claims, "allow", parseActions);
  const filter = readFilter(claims.server_tags_filter);
  return {
    expireAt,
    ...(info === undefined ? {} : { info }),
    ...(data === undefined ? {} : { data }),
    ...(override === undefined ? {} : { override }),
    ...(allow === undefined ? {} : { allow }),
    ...(filter === undefined ? {} : { filter }),
  };
}
