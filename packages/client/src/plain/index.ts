/** The plain JSON WebSocket of the hub at `/ws`, without the Centrifugo protocol: small, and for one channel. */

export type { Reason } from "../liveness.ts";
export type { Store } from "../store.ts";
export { IDLE as idlePlainState, type PlainEvent, type PlainState, type PlainStatus } from "./plain-core.ts";
export { createPlainSocket, type PlainSocket, type PlainSocketOptions } from "./plain-socket.ts";
export { socketAddress } from "./socket-address.ts";
