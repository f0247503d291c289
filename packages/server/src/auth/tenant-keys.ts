import { tenantClaim } from "./claims.ts";
import type { TokenKeys } from "./keys/token-keys.ts";
import type { UnverifiedToken } from "./token.ts";
import type { Verifier } from "./verifier.ts";

/** A verifier and whose keys it has; no tenant: the platform's. */
export interface KeyOwner {
  readonly verifier: Verifier;
  readonly tenant?: string;
  /**
   * The role that makes an operator, where whoever signs has a word of his own for it; `admin` is then only a word, and
   * "" says that nobody is one. Absent: the role `admin` of the platform's keys.
   */
  readonly adminRole?: string;
}

/** The tenants that sign their own tokens. */
export interface TenantKeys {
  of(tenant: string): KeyOwner | undefined;
  /**
   * Whose keys have to verify the token: of the tenant that it names, else of the tenant that its key id is, else of the
   * tenant whose issuer it has. Only a hint from unverified text, and a harmless one: whoever forges it is measured with
   * the keys of the tenant that is claimed.
   */
  hinted(token: UnverifiedToken): KeyOwner | undefined;
}

export interface TenantKeysOptions {
  readonly platform: TokenKeys;
  readonly tenants: ReadonlyMap<string, { readonly token?: TokenKeys }>;
  /** `where` names the settings in errors. */
  createVerifier(keys: TokenKeys, where: string): Verifier;
}

/** Settings may stand there empty, as a configuration with defaults has them. */
const hasKeys = (keys: TokenKeys): boolean =>
  [
    keys.hmacSecretKey,
    keys.hmacPreviousSecretKey,
    keys.rsaPublicKey,
    keys.ecdsaPublicKey,
    keys.eddsaPublicKey,
    keys.jwksPublicEndpoint,
  ].some(Boolean);

const hasRules = (keys: TokenKeys): boolean =>
  [keys.audience, keys.audienceRegex, keys.issuer, keys.issuerRegex, keys.userIdClaim].some(Boolean);

export function createTenantKeys(options: TenantKeysOptions): TenantKeys {
  const owners = new Map<string, KeyOwner>();
  const issuers = new Map<string, KeyOwner | undefined>();
  // An issuer that several owners share tells nothing.
  if (options.platform.issuer) issuers.set(options.platform.issuer, undefined);
  for (const [tenant, { token: keys }] of options.tenants) {
    if (!keys) continue;
    const where = `tenants[${tenant}].token`;
    if (!hasKeys(keys)) {
      // Without keys of its own its tokens are the platform's, and rules that nobody applies would look like protection.
      if (hasRules(keys)) throw new Error(`${where}: sets rules for tokens but no key that could sign them`);
      continue;
    }
    const owner: KeyOwner = { tenant, verifier: options.createVerifier(keys, where) };
    owners.set(tenant, owner);
    if (keys.issuer) issuers.set(keys.issuer, issuers.has(keys.issuer) ? undefined : owner);
  }

  return {
    of: (tenant) => owners.get(tenant),
    hinted({ claims, keyId }) {
      const named = tenantClaim(claims);
      if (named !== undefined) return owners.get(named);
      const byKeyId = keyId === undefined ? undefined : owners.get(keyId);
      if (byKeyId) return byKeyId;
      return typeof claims.iss === "string" ? issuers.get(claims.iss) : undefined;
    },
  };
}
