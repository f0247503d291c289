/** `@altavoz/server/socketio`: what joins an application's own Socket.IO server to the hub. */
export { createHubAdapter, type HubAdapterOptions, roomToChannel } from "./doors/socketio/index.ts";
