export { type AdapterConstructor, createHubAdapter, type HubAdapterOptions } from "./adapter/hub-adapter.ts";
export { roomToChannel } from "./room-channel.ts";
export { createSocketIoDoor, type SocketIoDoorOptions } from "./socketio-door.ts";
