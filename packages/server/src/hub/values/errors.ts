/**
 * The error codes of the client protocol (Centrifugo v6), and from 300 on our own. Codes below 100 are the client's own,
 * 400–1999 the application's.
 */
export const errors: Readonly<Record<ErrorName, ErrorEntry>> = {
  internal: { code: 100, message: "internal server error", temporary: true },
  unauthorized: { code: 101, message: "unauthorized", temporary: false },
  unknownChannel: { code: 102, message: "unknown channel", temporary: false },
  permissionDenied: { code: 103, message: "permission denied", temporary: false },
  methodNotFound: { code: 104, message: "method not found", temporary: false },
  alreadySubscribed: { code: 105, message: "already subscribed", temporary: false },
  limitExceeded: { code: 106, message: "limit exceeded", temporary: false },
  badRequest: { code: 107, message: "bad request", temporary: false },
  notAvailable: { code: 108, message: "not available", temporary: false },
  tokenExpired: { code: 109, message: "token expired", temporary: false },
  expired: { code: 110, message: "expired", temporary: false },
  tooManyRequests: { code: 111, message: "too many requests", temporary: true },
  unrecoverablePosition: { code: 112, message: "unrecoverable position", temporary: false },
  concurrentPagination: { code: 113, message: "concurrent pagination", temporary: false },
  unavailable: { code: 300, message: "temporarily unavailable", temporary: true },
  // May have happened: without an idempotency key, trying again may do it twice.
  outcomeUnknown: { code: 301, message: "outcome unknown", temporary: false },
  schemaMismatch: { code: 302, message: "data does not fit the schema", temporary: false },
};

export interface ErrorEntry {
  readonly code: number;
  readonly message: string;
  /** The client may try the same again. */
  readonly temporary: boolean;
}

export type ErrorName =
  | "internal"
  | "unauthorized"
  | "unknownChannel"
  | "permissionDenied"
  | "methodNotFound"
  | "alreadySubscribed"
  | "limitExceeded"
  | "badRequest"
  | "notAvailable"
  | "tokenExpired"
  | "expired"
  | "tooManyRequests"
  | "unrecoverablePosition"
  | "concurrentPagination"
  | "unavailable"
  | "outcomeUnknown"
  | "schemaMismatch";

/** A refusal that the caller is told about and that leaves the connection open. */
export class HubError extends Error {
  readonly code: number;
  readonly temporary: boolean;

  /**
   * One of the table by its name, or an error of the application's own. `detail` tells what was wrong and what would be
   * accepted; it must hold nothing of another tenant.
   */
  constructor(what: ErrorName | ErrorEntry, detail?: string) {
    const entry = typeof what === "string" ? errors[what] : what;
    super(detail ? `${entry.message}: ${detail}` : entry.message);
    this.name = "HubError";
    this.code = entry.code;
    this.temporary = entry.temporary;
  }
}
