import { hostname } from "node:os";
import type { FirebaseOptions, TokenKeys } from "./auth/index.ts";
import type { ChannelOptionsConfig, Config, LimitsConfig, TokenConfig } from "./config/schema.ts";
import { closedNamespace, type HubSettings, type Namespace, type TenantLimits } from "./hub/index.ts";
import { toBackends } from "./proxy-settings.ts";
import type { DirectoryOptions } from "./tenants/directory.ts";

/** The configuration, which speaks in names of the file, as the domain values that the rooms take. */

export const toTokenKeys = (token: TokenConfig): TokenKeys => ({
  hmacSecretKey: token.hmac_secret_key,
  hmacPreviousSecretKey: token.hmac_previous_secret_key,
  hmacPreviousSecretKeyValidUntil: token.hmac_previous_secret_key_valid_until,
  rsaPublicKey: token.rsa_public_key,
  ecdsaPublicKey: token.ecdsa_public_key,
  eddsaPublicKey: token.eddsa_public_key,
  jwksPublicEndpoint: token.jwks_public_endpoint,
  insecureSkipJwksEndpointSafetyCheck: token.insecure_skip_jwks_endpoint_safety_check,
  audience: token.audience,
  audienceRegex: token.audience_regex,
  issuer: token.issuer,
  issuerRegex: token.issuer_regex,
  userIdClaim: token.user_id_claim,
});

/** `undefined` when there is no such project. */
export function toFirebase({ firebase }: Config["client"]): FirebaseOptions | undefined {
  const { project_id: projectId, jwks_public_endpoint: keysUrl, admin_role: adminRole } = firebase;
  if (projectId === "") return undefined;
  return { projectId, adminRole, ...(keysUrl === "" ? {} : { keysUrl }) };
}

const toLimits = (limits: LimitsConfig): TenantLimits => ({
  connections: limits.connections,
  userConnections: limits.user_connections,
  subscriptionsPerConnection: limits.subscriptions_per_connection,
  publicationsPerSecond: limits.publications_per_second,
  publicationBytes: limits.publication_bytes,
  historyChannels: limits.history_channels,
});

function toNamespace(name: string, options: ChannelOptionsConfig, channel: Config["channel"]): Namespace {
  return {
    ...closedNamespace,
    name,
    presence: options.presence,
    joinLeave: options.join_leave,
    forcePushJoinLeave: options.force_push_join_leave,
    historySize: options.history_size,
    historyTtlMs: options.history_ttl,
    historyMetaTtlMs: options.history_meta_ttl || channel.history_meta_ttl,
    forcePositioning: options.force_positioning,
    allowPositioning: options.allow_positioning,
    forceRecovery: options.force_recovery,
    allowRecovery: options.allow_recovery,
    recoveryMode: options.force_recovery_mode,
    autoCacheRecover: options.auto_cache_recover,
    allowSubscribeForClient: options.allow_subscribe_for_client,
    allowSubscribeForAnonymous: options.allow_subscribe_for_anonymous,
    allowPublishForClient: options.allow_publish_for_client,
    allowPublishForSubscriber: options.allow_publish_for_subscriber,
    allowPublishForAnonymous: options.allow_publish_for_anonymous,
    allowPresenceForClient: options.allow_presence_for_client,
    allowPresenceForSubscriber: options.allow_presence_for_subscriber,
    allowPresenceForAnonymous: options.allow_presence_for_anonymous,
    allowHistoryForClient: options.allow_history_for_client,
    allowHistoryForSubscriber: options.allow_history_for_subscriber,
    allowHistoryForAnonymous: options.allow_history_for_anonymous,
    allowUserLimitedChannels: options.allow_user_limited_channels,
    ...(options.channel_regex === "" ? {} : { channelRegex: new RegExp(options.channel_regex) }),
    dataFormat: options.publication_data_format || channel.publication_data_format,
    requireSchema: options.require_publication_schema,
    ...toBackends(options),
    allowDelta: options.allowed_delta_types.includes("fossil"),
    deltaPublish: options.delta_publish,
    allowTagsFilter: options.allow_tags_filter,
    allowCompaction: options.allow_channel_compaction,
    excludePublisher: options.exclude_publisher,
    batchMaxSize: options.batch_max_size,
    batchMaxDelayMs: options.batch_max_delay,
    batchLatestOnly: options.batch_flush_latest,
  };
}

export function toDirectoryOptions(config: Config): DirectoryOptions {
  const { channel, tenancy, tenants } = config;
  return {
    withoutNamespace: toNamespace("", channel.without_namespace, channel),
    namespaces: channel.namespaces.map((each) => toNamespace(each.name, each, channel)),
    limits: toLimits(tenancy.default_limits),
    allowUndeclared: tenancy.allow_undeclared,
    tenants: tenants.map((tenant) => ({
      id: tenant.id,
      name: tenant.name,
      limits: toLimits(tenant.limits),
      namespaces: tenant.namespaces.map((each) => toNamespace(each.name, each, channel)),
    })),
  };
}

/** This part of the time to stop is for sending clients away; the rest for what they still say and hear. */
const DRAIN_PART = 0.8;

export function toHubSettings(config: Config, version: string): HubSettings {
  const { client, channel, engine, rpc, node, shutdown, http_server: server } = config;
  const personal = client.subscribe_to_user_personal_channel;
  return {
    nodeName: node.name || `${hostname()}_${server.port}`,
    version,
    channel: {
      maxLength: channel.max_length,
      privatePrefix: channel.private_prefix,
      namespaceBoundary: channel.namespace_boundary,
      userBoundary: channel.user_boundary,
      userSeparator: channel.user_separator,
    },
    node: { connections: client.connection_limit, connectionsPerSecond: client.connection_rate_limit },
    drain: { perSecond: shutdown.reconnects_per_second, withinMs: shutdown.timeout * DRAIN_PART },
    pingIntervalMs: client.ping_interval,
    pongTimeoutMs: client.pong_timeout,
    staleCloseDelayMs: client.stale_close_delay,
    expiredCloseDelayMs: client.expired_close_delay,
    expiredSubCloseDelayMs: client.expired_sub_close_delay,
    presenceIntervalMs: client.presence_update_interval,
    presenceTtlMs: Math.max(engine.redis.presence_ttl, 2 * client.presence_update_interval),
    positionCheckMs: client.channel_position_check_delay,
    insufficientSpreadMs: client.insufficient_state_spread,
    channelLimit: client.channel_limit,
    userConnectionLimit: client.user_connection_limit,
    historyLimit: client.history_max_publication_limit,
    recoveryLimit: client.recovery_max_publication_limit || -1,
    recoveryTotalLimit: Math.max(client.recovery_max_publication_limit, client.recovery_max_total_publications),
    includeServerTime: client.connect_include_server_time,
    allowAnonymous: client.allow_anonymous_connect_without_token,
    insecure: client.insecure,
    systemRoles: channel.system_roles,
    personalChannel: personal.enabled
      ? { namespace: personal.personal_channel_namespace, singleConnection: personal.single_connection }
      : undefined,
    rpcPingMethod: rpc.ping.enabled ? rpc.ping.method : "",
  };
}
