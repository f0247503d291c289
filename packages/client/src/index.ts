/** The public surface of `@altavoz/client`: a hand-written list. */
export type { Channel } from "./channel.ts";
export type { ChannelOptions, ChannelState, Publication, Recovery } from "./channel-core.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
export type { ConnectionState } from "./connection.ts";
export type { Reason, Status } from "./liveness.ts";
export type { Member, Presence, PresenceState } from "./presence.ts";
export { createCell, type Store } from "./store.ts";
export type { ChannelEvent, ChannelName } from "./typed-channels.ts";
