import type { Door } from "../../hub/index.ts";
import { createWebSocketRoute, type WebSocketOptions } from "./websocket.ts";

export interface CentrifugoDoorOptions {
  /** Absent: the transport is switched off. */
  readonly websocket?: WebSocketOptions;
}

/** The Centrifugo client protocol v2: its official SDKs work unmodified. */
export function createCentrifugoDoor(options: CentrifugoDoorOptions): Door {
  return {
    name: "centrifugo",
    routes: options.websocket ? [createWebSocketRoute(options.websocket)] : [],
  };
}
