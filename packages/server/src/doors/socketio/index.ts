export { type AdapterConstructor, createHubAdapter, type HubAdapterOptions } from "./adapter/hub-adapter.ts";
export { Engine, type EngineOptions } from "./engine/index.ts";
export { roomToChannel } from "./room-channel.ts";
