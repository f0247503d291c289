import type { Door, Route } from "../../hub/index.ts";
import type { CentrifugoStep } from "./centrifugo-step.ts";
import { crossOriginRoutes } from "./cross-origin.ts";
import { createEmulationRoutes } from "./emulation.ts";
import { createHttpStreamRoutes, type EmulatedOptions, type StreamOptions } from "./http-stream.ts";
import { createSseRoutes } from "./sse.ts";
import { createUniHttpStreamRoutes, createUniSseRoutes, type UniStreamOptions } from "./uni-streams.ts";
import { createUniWebSocketRoute, type UniWebSocketOptions } from "./uni-websocket.ts";
import { createWebSocketRoute, type WebSocketOptions } from "./websocket.ts";

export type { StreamOptions } from "./http-stream.ts";
export type { WebSocketOptions } from "./websocket.ts";

/** Transports that are absent are switched off. */
export interface CentrifugoDoorOptions extends CentrifugoStep {
  readonly websocket?: WebSocketOptions | undefined;
  readonly httpStream?: StreamOptions | undefined;
  readonly sse?: StreamOptions | undefined;
  /** Needed by HTTP streaming and SSE. */
  readonly emulation?: EmulatedOptions | undefined;
  readonly uniWebsocket?: UniWebSocketOptions | undefined;
  readonly uniHttpStream?: UniStreamOptions | undefined;
  readonly uniSse?: UniStreamOptions | undefined;
  /** Where a client may warm up a connection to this server. */
  readonly initPath?: string | undefined;
}

/** The Centrifugo client protocol v2: its official SDKs work unmodified. */
export function createCentrifugoDoor(options: CentrifugoDoorOptions): Door {
  const { websocket, httpStream, sse, emulation, uniWebsocket, uniHttpStream, uniSse, initPath } = options;
  return {
    name: "centrifugo",
    routes: [
      ...(websocket ? [createWebSocketRoute(options, websocket)] : []),
      ...(httpStream ? createHttpStreamRoutes(options, httpStream) : []),
      ...(sse ? createSseRoutes(options, sse) : []),
      ...(emulation ? createEmulationRoutes(options, emulation) : []),
      ...(uniWebsocket ? [createUniWebSocketRoute(options, uniWebsocket)] : []),
      ...(uniHttpStream ? createUniHttpStreamRoutes(options, uniHttpStream) : []),
      ...(uniSse ? createUniSseRoutes(options, uniSse) : []),
      ...(initPath === undefined ? [] : initRoutes(options, initPath)),
    ],
  };
}

const initRoutes = ({ allowedOrigins }: CentrifugoStep, path: string): Route[] =>
  crossOriginRoutes({
    path,
    methods: ["GET"],
    allowedOrigins,
    handle: () => ({ kind: "reply", status: 200, headers: { "content-type": "application/json" }, body: "{}" }),
  });
