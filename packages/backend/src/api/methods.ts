/**
 * What each method of the server API takes and gives: the members are those of the API itself, as the hub describes them at
 * `/api/openapi.json` and docs/en/server-api.md tells them.
 */
export interface ServerMethods {
  publish: Method<PublishRequest, PublishResult>;
  broadcast: Method<BroadcastRequest, BroadcastResult>;
  subscribe: Method<SubscribeRequest, Done>;
  unsubscribe: Method<UnsubscribeRequest, Done>;
  disconnect: Method<DisconnectRequest, Done>;
  refresh: Method<RefreshRequest, Done>;
  history_remove: Method<ChannelRequest, Done>;
  rpc: Method<RpcRequest, RpcResult>;
  block_user: Method<BlockUserRequest, Done>;
  unblock_user: Method<UserRequest, Done>;
  revoke_token: Method<RevokeTokenRequest, Done>;
  invalidate_user_tokens: Method<InvalidateUserTokensRequest, Done>;
  presence: Method<ChannelRequest, PresenceResult>;
  presence_stats: Method<ChannelRequest, PresenceStatsResult>;
  history: Method<HistoryRequest, HistoryResult>;
  channels: Method<ChannelsRequest, ChannelsResult>;
  info: Method<OfTenant, InfoResult>;
  connections: Method<ConnectionsRequest, ConnectionsResult>;
  set_schema: Method<SetSchemaRequest, SchemaRecord>;
  remove_schema: Method<RemoveSchemaRequest, Done>;
  schemas: Method<OfTenant, SchemasResult>;
}

export type MethodName = keyof ServerMethods;
export type RequestOf<M extends MethodName> = ServerMethods[M]["request"];
export type ResultOf<M extends MethodName> = ServerMethods[M]["result"];

interface Method<Request, Result> {
  request: Request;
  result: Result;
}

interface OfTenant {
  /** Whose channels and users are meant; only for keys of the platform. */
  readonly tenant?: string;
}

/** The result of an order: nothing. */
export type Done = Readonly<Record<string, never>>;

export interface ChannelRequest extends OfTenant {
  readonly channel: string;
}

export interface PublishOptions extends OfTenant {
  /** The same key soon after gives the first result and publishes nothing. */
  readonly idempotency_key?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Send it, but do not keep it. */
  readonly skip_history?: boolean;
  /** May travel as the difference to the publication before. */
  readonly delta?: boolean;
  /** Publish only when it is above the version that the channel has. */
  readonly version?: number;
  readonly version_epoch?: string;
}

interface Publication extends PublishOptions {
  /** Any JSON; or else `b64data`. */
  readonly data?: unknown;
  /** Bytes, as base64. */
  readonly b64data?: string;
}

export interface PublishRequest extends Publication {
  readonly channel: string;
}

/** Where the publication stands in the channel's history; empty when it keeps none. */
export interface PublishResult {
  readonly offset?: number;
  readonly epoch?: string;
}

export interface BroadcastRequest extends Publication {
  readonly channels: readonly string[];
}

/** In the order of the channels. */
export interface BroadcastResult {
  readonly responses: readonly { readonly result?: PublishResult; readonly error?: ErrorReply }[];
}

/** A refusal as it stands in a reply. */
export interface ErrorReply {
  readonly code: number;
  readonly message: string;
}

/** Whose connections are meant: those for which everything that is said here is true. */
export interface Target extends OfTenant {
  readonly user?: string;
  readonly client?: string;
  readonly session?: string;
  readonly label_filter?: LabelFilter;
  /** Everybody, in place of one user. */
  readonly all_users?: boolean;
}

/** A tree of comparisons on labels. */
export interface LabelFilter {
  readonly op?: "" | "and" | "or" | "not";
  readonly key?: string;
  readonly cmp?: "eq" | "neq" | "in" | "nin" | "ex" | "nex" | "sw" | "ew" | "ct" | "lt" | "lte" | "gt" | "gte";
  readonly val?: string;
  readonly vals?: readonly string[];
  readonly nodes?: readonly LabelFilter[];
}

interface StreamPosition {
  readonly offset: number;
  readonly epoch: string;
}

interface Flag {
  readonly value: boolean;
}

export interface SubscribeRequest extends Target {
  readonly channel: string;
  /** Seconds since the Unix epoch; 0 for never. */
  readonly expire_at?: number;
  readonly info?: unknown;
  readonly b64info?: string;
  readonly data?: unknown;
  readonly b64data?: string;
  readonly recover_since?: StreamPosition;
  readonly override?: {
    readonly presence?: Flag;
    readonly join_leave?: Flag;
    readonly force_recovery?: Flag;
    readonly force_positioning?: Flag;
    readonly force_push_join_leave?: Flag;
  };
}

export interface UnsubscribeRequest extends Target {
  /** Without it, out of all channels. */
  readonly channel?: string;
}

export interface DisconnectRequest extends Target {
  /** Client ids that stay. */
  readonly whitelist?: readonly string[];
  readonly disconnect?: { readonly code: number; readonly reason?: string };
}

export interface RefreshRequest extends Target {
  readonly expired?: boolean;
  readonly expire_at?: number;
  readonly info?: unknown;
}

export interface RpcRequest extends OfTenant {
  readonly method: string;
  readonly params?: unknown;
}

export interface RpcResult {
  readonly data: unknown;
}

export interface UserRequest extends OfTenant {
  readonly user: string;
}

export interface BlockUserRequest extends UserRequest {
  readonly expire_at?: number;
}

export interface RevokeTokenRequest extends OfTenant {
  /** The claim `jti` of the token. */
  readonly uid: string;
  readonly expire_at?: number;
}

export interface InvalidateUserTokensRequest extends UserRequest {
  /** Seconds since the Unix epoch, compared with the claim `iat`; without it, now. */
  readonly issued_before?: number;
  readonly channel?: string;
  readonly expire_at?: number;
}

export interface ClientInfo {
  readonly user: string;
  readonly client: string;
  readonly conn_info?: unknown;
  readonly chan_info?: unknown;
}

export interface PresenceResult {
  /** By client id. */
  readonly presence: Readonly<Record<string, ClientInfo>>;
}

export interface PresenceStatsResult {
  readonly num_clients: number;
  readonly num_users: number;
}

export interface HistoryRequest extends OfTenant {
  readonly channel: string;
  /** 0 for only the position, -1 for everything. */
  readonly limit?: number;
  readonly since?: { readonly offset: number; readonly epoch?: string };
  /** The latest first. */
  readonly reverse?: boolean;
}

export interface HistoryResult {
  readonly publications: readonly {
    readonly data: unknown;
    readonly info?: ClientInfo;
    readonly offset?: number;
    readonly tags?: Readonly<Record<string, string>>;
  }[];
  readonly epoch: string;
  readonly offset: number;
}

interface Paged extends OfTenant {
  readonly limit?: number;
  /** From an earlier page: go on after it. */
  readonly cursor?: string;
}

interface Collected {
  /** Nodes that did not answer in time: what they hold is missing. */
  readonly missing_nodes?: readonly { readonly uid?: string; readonly name?: string }[];
}

interface Page extends Collected {
  /** Where the next page begins; absent after the last one. */
  readonly cursor?: string;
}

export interface ChannelsRequest extends Paged {
  /** `*` stands for any text, `?` for one character. */
  readonly pattern?: string;
}

export interface ChannelsResult extends Page {
  readonly channels: Readonly<Record<string, { readonly num_clients: number }>>;
}

export interface InfoResult extends Collected {
  readonly nodes: readonly NodeInfo[];
}

export interface NodeInfo {
  readonly uid?: string;
  readonly name?: string;
  readonly version?: string;
  readonly num_clients?: number;
  readonly num_users?: number;
  readonly num_subs?: number;
  readonly num_channels?: number;
  /** Seconds. */
  readonly uptime?: number;
  readonly draining?: boolean;
  readonly process?: { readonly cpu?: number; readonly rss?: number; readonly loop_lag_ms?: number };
}

export interface ConnectionsRequest extends Paged {
  readonly user?: string;
  readonly label_filter?: LabelFilter;
}

export interface ConnectionsResult extends Page {
  /** By client id. */
  readonly connections: Readonly<Record<string, ConnectionInfo>>;
}

interface TokenInfo {
  readonly uid?: string;
  readonly issued_at?: number;
}

export interface ConnectionInfo {
  readonly app_name?: string;
  readonly app_version?: string;
  readonly transport?: string;
  readonly protocol?: string;
  readonly user?: string;
  readonly state?: {
    readonly channels?: Readonly<Record<string, { readonly source?: number }>>;
    readonly connection_token?: TokenInfo;
    readonly subscription_tokens?: Readonly<Record<string, TokenInfo>>;
    readonly meta?: unknown;
  };
  readonly connected_at_ms?: number;
  readonly ping_pong_latency_ms?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface SetSchemaRequest extends OfTenant {
  readonly name: string;
  /** Channel names that it counts for, where `*` stands for anything. */
  readonly channels: readonly string[];
  /** JSON Schema, draft 2020-12 or 07. */
  readonly schema: unknown;
  /** The version that this becomes: refused when another one got there first. Without it the next one. */
  readonly version?: number;
  /** Take a schema that is not compatible with the one before. */
  readonly force?: boolean;
}

export interface RemoveSchemaRequest extends OfTenant {
  readonly name: string;
}

export interface SchemaRecord {
  readonly name: string;
  readonly version: number;
  readonly channels: readonly string[];
  readonly schema: object;
  /** It stands in the configuration of the hub and cannot be changed here. */
  readonly configured?: boolean;
}

export interface SchemasResult {
  readonly schemas: readonly SchemaRecord[];
}
