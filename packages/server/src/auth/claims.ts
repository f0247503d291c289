import type { SubscribeGrant } from "../hub/index.ts";
import { readSubscribeClaims } from "./subscribe-claims.ts";
import { type Claims, isObject } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;

export function stringClaim(claims: Claims, name: string): string | undefined {
  const value = read(claims, name);
  if (value === undefined || typeof value === "string") return value;
  throw new TokenRefusal("invalid", `the claim ${name} must be a string, got ${kindOf(value)}`);
}

function stringsClaim(claims: Claims, name: string): readonly string[] {
  const value = read(claims, name);
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
  throw new TokenRefusal("invalid", `the claim ${name} must be an array of strings`);
}

/** A claim that many libraries write as null when it is not set. */
const read = (claims: Claims, name: string): unknown => claims[name] ?? undefined;

/** A time claim in seconds. */
export function timeClaim(claims: Claims, name: string): number | undefined {
  const value = read(claims, name);
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TokenRefusal("invalid", `the claim ${name} must be a number of seconds`);
}

/** The tenant that the token names: `tenantId`, also spelled `tenant_id`. */
export function tenantClaim(claims: Claims): string | undefined {
  const camel = stringClaim(claims, "tenantId");
  const snake = stringClaim(claims, "tenant_id");
  if (camel !== undefined && snake !== undefined && camel !== snake) {
    throw new TokenRefusal("invalid", "the claims tenantId and tenant_id name two tenants");
  }
  return camel ?? snake;
}

/** `sub`, else `userId`; or only the configured claim. Empty: anonymous. */
export function userClaim(claims: Claims, configured: string | undefined): string {
  if (configured) return stringClaim(claims, configured) ?? "";
  return stringClaim(claims, "sub") ?? stringClaim(claims, "userId") ?? "";
}

/** `role` and `roles` together, each once. */
export function roleClaims(claims: Claims): readonly string[] {
  const role = stringClaim(claims, "role");
  const roles = stringsClaim(claims, "roles");
  return role === undefined ? roles : [...new Set([role, ...roles])];
}

export const permissionClaims = (claims: Claims): readonly string[] => stringsClaim(claims, "permissions");

/** Until when the connection or subscription lasts: `expire_at`, where 0 means for ever, else `exp`. */
export function expireAtClaim(claims: Claims): number {
  const expireAt = timeClaim(claims, "expire_at") ?? timeClaim(claims, "exp") ?? 0;
  return Math.max(0, Math.floor(expireAt));
}

/** Server-side subscriptions: `channels` by name, `subs` with options; an entry of `subs` wins. */
export function subscriptionClaims(claims: Claims): ReadonlyMap<string, SubscribeGrant> {
  const subscriptions = new Map<string, SubscribeGrant>();
  for (const channel of stringsClaim(claims, "channels")) subscriptions.set(channel, { expireAt: 0 });
  const subs = claims.subs ?? {};
  if (!isObject(subs)) throw new TokenRefusal("invalid", "the claim subs must be an object");
  for (const [channel, options] of Object.entries(subs)) {
    const entry = options ?? {};
    if (!isObject(entry)) throw new TokenRefusal("invalid", "each entry of the claim subs must be an object");
    subscriptions.set(channel, readSubscribeClaims(entry, 0));
  }
  return subscriptions;
}

/** The channel of a subscription token, and the client id of a legacy one. */
export function channelClaims(claims: Claims): { readonly channel: string; readonly client: string } {
  const channel = stringClaim(claims, "channel");
  if (!channel) throw new TokenRefusal("invalid", "the claim channel is missing: this is not a subscription token");
  return { channel, client: stringClaim(claims, "client") ?? "" };
}
