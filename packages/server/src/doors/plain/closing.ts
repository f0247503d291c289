import { type Disconnect, disconnects } from "../../hub/index.ts";

/** Why somebody is not, or no longer, let in. */
export type AuthErrorCode =
  | "AUTH_REQUIRED"
  | "AUTH_TIMEOUT"
  | "INVALID_TOKEN"
  | "TOKEN_EXPIRED"
  | "TOKEN_REVOKED"
  | "FORBIDDEN";

interface AuthError {
  readonly code: AuthErrorCode;
  readonly message: string;
  readonly closing: Disconnect;
}

const { unauthorized, forbidden } = disconnects;

/** Disconnects that say something about the credential, by their code. */
const authErrors: ReadonlyMap<number, AuthError> = new Map([
  [
    unauthorized.code,
    { code: "AUTH_REQUIRED", message: "say who you are first: send auth with a token", closing: unauthorized },
  ],
  [disconnects.stale.code, { code: "AUTH_TIMEOUT", message: "no valid auth came in time", closing: unauthorized }],
  [
    disconnects.invalidToken.code,
    { code: "INVALID_TOKEN", message: "the token is not valid here", closing: unauthorized },
  ],
  [disconnects.expired.code, { code: "TOKEN_EXPIRED", message: "the token has expired", closing: unauthorized }],
  [
    disconnects.stateInvalidated.code,
    { code: "TOKEN_REVOKED", message: "the token was revoked", closing: unauthorized },
  ],
  [
    disconnects.permissionDenied.code,
    { code: "FORBIDDEN", message: "this account may not come in here", closing: forbidden },
  ],
] as const);

export const authErrorOf = (code: number): AuthError | undefined => authErrors.get(code);

/** WebSocket's own word for "I come back in a moment, and others are there". */
const SERVICE_RESTART = 1012;

/** The close frame of a disconnect: 4401 and 4403 for matters of the credential, 1012 when the node stops, else the hub's. */
export function closingOf(disconnect: Disconnect): Disconnect {
  if (disconnect.code === disconnects.shutdown.code) return { ...disconnect, code: SERVICE_RESTART };
  return authErrors.get(disconnect.code)?.closing ?? disconnect;
}
