import type { TokenKeys } from "./keys/token-keys.ts";
import type { KeyOwner } from "./tenant-keys.ts";
import type { UnverifiedToken } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";
import type { Verifier } from "./verifier.ts";

/** ID tokens of Firebase Authentication. They are verified with public keys alone: no account of the project is needed. */
export interface FirebaseOptions {
  readonly projectId: string;
  /** Where the public keys are; absent: where Google publishes them. */
  readonly keysUrl?: string;
  /** The custom claim `role` that makes an operator of whoever belongs to no tenant; absent: none does. */
  readonly adminRole?: string;
}

export interface Firebase {
  readonly owner: KeyOwner;
  /** Whether a token says of itself that it is one of these; whether that is true is for the verifier. */
  claims(token: UnverifiedToken): boolean;
}

const GOOGLE_KEYS = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";
const ISSUER = "https://securetoken.google.com/";
/** User ids of Firebase are not longer. */
const USER_LIMIT = 128;

/** `createVerifier` as the authenticator makes them. */
export function createFirebase(
  { projectId, keysUrl = GOOGLE_KEYS, adminRole = "" }: FirebaseOptions,
  createVerifier: (keys: TokenKeys, where: string) => Verifier,
): Firebase {
  const issuer = ISSUER + projectId;
  const keys = { jwksPublicEndpoint: keysUrl, issuer, audience: projectId };
  const signatures = createVerifier(keys, "client.firebase");
  const verifier: Verifier = {
    userIdClaim: "sub",
    verify(token, tenant) {
      checkForm(token);
      return signatures.verify(token, tenant);
    },
  };
  return { owner: { verifier, adminRole }, claims: ({ claims }) => claims.iss === issuer };
}

/** What holds for these tokens besides signature, times, issuer and audience. */
function checkForm({ algorithm, claims }: UnverifiedToken): void {
  if (algorithm !== "RS256") throw new TokenRefusal("invalid", "a Firebase token is signed with RS256");
  const { sub, exp } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > USER_LIMIT) {
    throw new TokenRefusal("invalid", "a Firebase token names a user in sub");
  }
  if (typeof exp !== "number") throw new TokenRefusal("invalid", "a Firebase token has an end (exp)");
}
