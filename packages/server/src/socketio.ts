/** `@altavoz/server/socketio`: what joins an application's own Socket.IO server to the hub. */
import type { Server as HttpServer } from "node:http";
import type { Server } from "socket.io";
import { createHubAdapter, type HubAdapterOptions } from "./doors/socketio/index.ts";
import type { Hub } from "./hub/index.ts";
import { mountSocketIo, type SocketIoTerms, socketIoDefaults } from "./mount-socketio.ts";

export { createHubAdapter, type HubAdapterOptions, roomToChannel } from "./doors/socketio/index.ts";
export type { SocketIoTerms } from "./mount-socketio.ts";

/** Terms that are absent are those of `WebSocketService`. */
export interface AttachOptions extends Partial<SocketIoTerms> {
  readonly hub: Hub;
  readonly adapter?: HubAdapterOptions;
}

/**
 * Serves an application's own `io` on its own Node server, in place of `io.attach(httpServer)`: by the hub's engine, whose
 * connections are bounded, and with its adapter. Whatever is not under the path of `io` stays the application's. The
 * returned function closes `io` and hands the server back as it was, still listening.
 */
export function attachToHub(io: Server, httpServer: HttpServer, options: AttachOptions): () => Promise<void> {
  const { hub, adapter, ...terms } = options;
  io.adapter(createHubAdapter(hub, adapter));
  const { mount, unmount } = mountSocketIo(io, {
    ...socketIoDefaults,
    ...terms,
    httpServer,
    clock: hub.clock,
    wheel: hub.wheel,
    log: hub.log,
    answer: () => false,
  });
  mount();
  return unmount;
}
