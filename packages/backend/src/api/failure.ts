/** Why the hub refused, by the code of its answer: the table is docs/en/errors.md. */
const reasons = {
  100: "internal",
  101: "unauthorized",
  102: "unknownChannel",
  103: "permissionDenied",
  104: "methodNotFound",
  105: "alreadySubscribed",
  106: "limitExceeded",
  107: "badRequest",
  108: "notAvailable",
  109: "tokenExpired",
  110: "expired",
  111: "tooManyRequests",
  112: "unrecoverablePosition",
  113: "concurrentPagination",
  300: "unavailable",
  301: "outcomeUnknown",
  302: "schemaMismatch",
} as const satisfies Readonly<Record<number, string>>;

/** "other": a code of the application behind the hub, or of a newer hub. */
export type RefusalReason = (typeof reasons)[keyof typeof reasons] | "other";

const reasonOf = (code: number): RefusalReason => (reasons as Readonly<Record<number, RefusalReason>>)[code] ?? "other";

/** Whether what was asked may have happened though the call failed. */
export type Happened = "no" | "unknown";

/** Why a call of the server API failed. */
export abstract class ApiFailure extends Error {
  abstract readonly happened: Happened;
}

/** The hub answered that it will not. */
export class RefusedError extends ApiFailure {
  override readonly name = "RefusedError";
  readonly code: number;
  readonly reason: RefusalReason;
  readonly happened: Happened;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
    this.reason = reasonOf(code);
    this.happened = this.reason === "internal" || this.reason === "outcomeUnknown" ? "unknown" : "no";
  }
}

/** No answer of the hub came, or one that is not the hub's. */
export class UnreachableError extends ApiFailure {
  override readonly name = "UnreachableError";
  readonly happened: Happened;
  /** The HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** What the answer asks to wait before another attempt, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, details: UnreachableDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.happened = details.happened;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs ?? 0;
  }
}

interface UnreachableDetails {
  readonly happened: Happened;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The hub was not asked, because it did not answer again and again a moment ago. */
export class CircuitOpenError extends ApiFailure {
  override readonly name = "CircuitOpenError";
  readonly happened = "no";
}

/** The hub was not asked, because too much waits to be published already. */
export class QueueFullError extends ApiFailure {
  override readonly name = "QueueFullError";
  readonly happened = "no";
}
