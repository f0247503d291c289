/** The name that a verified token goes by. */
export interface TokenInfo {
  /** Empty when the token has none. */
  readonly uid: string;
  /** Seconds since the Unix epoch; 0 when the token does not say, which is before any other time. */
  readonly issuedAt: number;
}

/** What is no longer trusted, always of one tenant. */
export type Revocation =
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "token"; readonly uid: string }
  /** Tokens of a user from before a time: all, or with a channel the subscription tokens for that channel. */
  | { readonly kind: "tokens"; readonly user: string; readonly issuedBefore: number; readonly channel: string };

/** What somebody relies on to be here. */
export interface Credential {
  readonly user: string;
  /** Absent for who came without one: a proxy or a header vouched. */
  readonly token?: TokenInfo;
  /** Of a subscription token; empty for a connection. */
  readonly channel: string;
}

/** Whom and what the tenants no longer trust. Nothing of one tenant is ever found for another. */
export interface Revocations {
  /**
   * When it resolves, `find` knows of it on every node. `expireAt` in seconds since the Unix epoch, 0 for never. Never
   * weakens what is there: the later `issuedBefore` and the later end stay. Throws `HubError` limitExceeded.
   */
  add(tenant: string, revocation: Revocation, expireAt: number): Promise<void>;
  /** Trusts again. What is not there is no error. */
  remove(tenant: string, revocation: Revocation): Promise<void>;
  /** Why the credential does not count any more. Not a promise when the answer is at hand. */
  find(tenant: string, credential: Credential): Revocation | undefined | Promise<Revocation | undefined>;
}
