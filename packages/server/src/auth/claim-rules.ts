import type { TokenKeys } from "./keys/token-keys.ts";
import type { Claims } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** Values of named groups, by name. They come from an unverified token. */
export type Variables = Readonly<Record<string, string>>;

/** Checks `aud` and `iss`. Throws `TokenRefusal`; returns what the named groups of the expressions matched. */
export type ClaimRules = (claims: Claims) => Variables;

/** A backtracking expression meets unverified text: its length is bounded before. */
const MAX_MATCHED_LENGTH = 1_024;

type Rule = (values: readonly string[]) => Variables | undefined;

/** Understands Go's spelling of named groups; the whole value has to match, so that no prefix or suffix sneaks in. */
export function compilePattern(pattern: string, where: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern.replaceAll("(?P<", "(?<")})$`);
  } catch (error) {
    throw new Error(
      `${where}: not a regular expression (${error instanceof Error ? error.message : "unknown reason"})`,
    );
  }
}

function createRule(exact: string | undefined, pattern: string | undefined, where: string): Rule | undefined {
  if (exact && pattern) throw new Error(`${where} and ${where}_regex exclude each other: set one of them`);
  if (exact) return (values) => (values.includes(exact) ? {} : undefined);
  if (!pattern) return undefined;
  const expression = compilePattern(pattern, `${where}_regex`);
  return (values) => {
    for (const value of values) {
      const match = value.length <= MAX_MATCHED_LENGTH ? expression.exec(value) : null;
      if (match) return { ...match.groups };
    }
    return undefined;
  };
}

function audiences(claim: unknown): readonly string[] {
  if (typeof claim === "string") return [claim];
  return Array.isArray(claim) ? claim.filter((entry) => typeof entry === "string") : [];
}

/** `where` names the settings in errors, such as `client.token`. Throws on settings that contradict each other. */
export function createClaimRules(keys: TokenKeys, where: string): ClaimRules {
  const audience = createRule(keys.audience, keys.audienceRegex, `${where}.audience`);
  const issuer = createRule(keys.issuer, keys.issuerRegex, `${where}.issuer`);

  return (claims) => {
    const fromAudience = audience ? audience(audiences(claims.aud)) : {};
    if (!fromAudience) throw new TokenRefusal("invalid", "the audience (aud) of the token is not the configured one");
    const fromIssuer = issuer ? issuer(typeof claims.iss === "string" ? [claims.iss] : []) : {};
    if (!fromIssuer) throw new TokenRefusal("invalid", "the issuer (iss) of the token is not the configured one");
    return { ...fromAudience, ...fromIssuer };
  };
}
