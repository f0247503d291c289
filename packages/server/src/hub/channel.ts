/** Tenant and channel name joined. Opaque: only this file makes and reads one. */
export type ChannelKey = string & { readonly __channelKey: never };
