export interface Disconnect {
  readonly code: number;
  /** At most 123 bytes: it travels in a WebSocket close frame. */
  readonly reason: string;
}

export type DisconnectName =
  | "connectionClosed"
  | "shutdown"
  | "serverError"
  | "expired"
  | "subscriptionExpired"
  | "slow"
  | "writeError"
  | "insufficientState"
  | "forceReconnect"
  | "noPong"
  | "tooManyRequests"
  | "stateInvalidated"
  | "invalidToken"
  | "badRequest"
  | "stale"
  | "forceDisconnect"
  | "connectionLimit"
  | "channelLimit"
  | "inappropriateProtocol"
  | "permissionDenied"
  | "notAvailable"
  | "tooManyErrors"
  | "unauthorized"
  | "forbidden";

export type UnsubscribeName = "server" | "insufficientState" | "subscriptionExpired" | "stateInvalidated";

/**
 * Why the hub ends a connection (Centrifugo v6). 3000–3499 and 4000–4499: the client may come back;
 * 3500–3999 and 4500–4999: it must not.
 */
export const disconnects: Readonly<Record<DisconnectName, Disconnect>> = {
  connectionClosed: { code: 3000, reason: "connection closed" },
  shutdown: { code: 3001, reason: "shutdown" },
  serverError: { code: 3004, reason: "internal server error" },
  expired: { code: 3005, reason: "connection expired" },
  subscriptionExpired: { code: 3006, reason: "subscription expired" },
  slow: { code: 3008, reason: "slow" },
  writeError: { code: 3009, reason: "write error" },
  insufficientState: { code: 3010, reason: "insufficient state" },
  forceReconnect: { code: 3011, reason: "force reconnect" },
  noPong: { code: 3012, reason: "no pong" },
  tooManyRequests: { code: 3013, reason: "too many requests" },
  stateInvalidated: { code: 3014, reason: "state invalidated" },
  invalidToken: { code: 3500, reason: "invalid token" },
  badRequest: { code: 3501, reason: "bad request" },
  stale: { code: 3502, reason: "stale" },
  forceDisconnect: { code: 3503, reason: "force disconnect" },
  connectionLimit: { code: 3504, reason: "connection limit" },
  channelLimit: { code: 3505, reason: "channel limit" },
  inappropriateProtocol: { code: 3506, reason: "inappropriate protocol" },
  permissionDenied: { code: 3507, reason: "permission denied" },
  notAvailable: { code: 3508, reason: "not available" },
  tooManyErrors: { code: 3509, reason: "too many errors" },
  // Said by the plain door, after the HTTP statuses of the same meaning.
  unauthorized: { code: 4401, reason: "unauthorized" },
  forbidden: { code: 4403, reason: "forbidden" },
};

/** Why the hub ends one subscription; from 2500 on the client subscribes again by itself. */
export const unsubscribes: Readonly<Record<UnsubscribeName, Disconnect>> = {
  server: { code: 2000, reason: "server unsubscribe" },
  insufficientState: { code: 2500, reason: "insufficient state" },
  subscriptionExpired: { code: 2501, reason: "subscription expired" },
  stateInvalidated: { code: 2502, reason: "state invalidated" },
};

/** Whether the client may come back after this code. */
export const mayReconnect = (code: number): boolean => code < 3500 || (code >= 4000 && code < 4500);

/** Whether a code and a reason of the application's choice can travel in a close frame and mean something to clients. */
export const isDisconnect = ({ code, reason }: Disconnect): boolean =>
  Number.isInteger(code) && code >= 3000 && code <= 4999 && Buffer.byteLength(reason) <= 123;

/** Thrown by an operation when the only right answer is to end the connection. */
export class DisconnectError extends Error {
  readonly disconnect: Disconnect;
  /** For the log only; never sent. */
  readonly detail: string;

  constructor(disconnect: Disconnect, detail = "") {
    super(detail ? `${disconnect.reason}: ${detail}` : disconnect.reason);
    this.name = "DisconnectError";
    this.disconnect = disconnect;
    this.detail = detail;
  }
}
