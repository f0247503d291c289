import { RightsError } from "../hub/index.ts";
import type { Claims } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** A claim that the hub knows how to read; `undefined` when it is absent. */
export function parsedClaim<T>(claims: Claims, name: string, parse: (value: unknown) => T): T | undefined {
  const value = claims[name] ?? undefined;
  if (value === undefined) return undefined;
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof RightsError) throw new TokenRefusal("invalid", `the claim ${error.message}`);
    throw error;
  }
}
