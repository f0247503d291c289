/**
 * `invalid`: never acceptable. `expired`: was acceptable, or will be; a new token helps. `anonymous`: names no user where
 * one is demanded. `unavailable`: the keys could not be read, so nobody knows; asking again may help.
 */
export type RefusalKind = "invalid" | "expired" | "anonymous" | "unavailable";

/** Why a token was not accepted. Stays inside this folder; the authenticator translates it to the port's errors. */
export class TokenRefusal extends Error {
  readonly kind: RefusalKind;

  /** `detail` may reach the client whose token it was: no token, no address, no other tenant. */
  constructor(kind: RefusalKind, detail: string) {
    super(detail);
    this.name = "TokenRefusal";
    this.kind = kind;
  }
}
