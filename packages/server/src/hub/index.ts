import { Hub } from "./hub.ts";
import type { HubOptions } from "./hub-options.ts";
import { type ConnectionsQuestion, connectionsHere } from "./operations/admission/connections.ts";
import { revokeHere } from "./operations/admission/revocation.ts";
import { keepNewestHere, type Newest } from "./operations/connect.ts";
import { emulateHere } from "./operations/emulate.ts";
import { type ChannelsQuestion, channelsHere, tenantInfoHere } from "./operations/inspect.ts";
import { disconnectHere } from "./operations/server-side/disconnect.ts";
import { decodeOrder, refreshHere } from "./operations/server-side/server-refresh.ts";
import { decodeGrant, decodePayload, subscribeHere } from "./operations/server-side/server-subscribe.ts";
import { unsubscribeHere } from "./operations/server-side/server-unsubscribe.ts";
import type { Target } from "./operations/server-side/target.ts";
import type { ApiIdentity } from "./ports/identity.ts";
import type { Revocation } from "./ports/revocations.ts";
import type { Caller } from "./session.ts";
import type { Disconnect } from "./values/disconnects.ts";
import { HubError } from "./values/errors.ts";
import { DEFAULT_TENANT_ID } from "./values/tenant.ts";

export type { NodeInfo } from "./cluster/cluster.ts";
export type { NodeRef } from "./cluster/surveys.ts";
export type { Hub } from "./hub.ts";
export type { HubOptions, HubSettings } from "./hub-options.ts";
export type { NodeLimits } from "./limits.ts";
export { type BlockUserRequest, blockUser } from "./operations/admission/block-user.ts";
export {
  type ConnectionInfo,
  type ConnectionsPage,
  type ConnectionsRequest,
  connections,
} from "./operations/admission/connections.ts";
export {
  type InvalidateUserTokensRequest,
  invalidateUserTokens,
} from "./operations/admission/invalidate-user-tokens.ts";
export { type RevokeTokenRequest, revokeToken } from "./operations/admission/revoke-token.ts";
export { unblockUser } from "./operations/admission/unblock-user.ts";
export { authenticate, type ConnectRequest, type ConnectWish, connect } from "./operations/connect.ts";
export { type EmulatedCommands, emulate } from "./operations/emulate.ts";
export type { SubscribeWish } from "./operations/establish.ts";
export { type Following, type FollowRequest, follow } from "./operations/follow.ts";
export { type HistoryRequest, history, removeHistory } from "./operations/history.ts";
export { type ChannelsPage, type ChannelsRequest, channels, type InfoPage, info } from "./operations/inspect.ts";
export { pong } from "./operations/pong.ts";
export { presence, presenceStats } from "./operations/presence.ts";
export { type PublishRequest, publish } from "./operations/publish.ts";
export { type RefreshResult, refresh, refreshSubscription } from "./operations/refresh.ts";
export { type RpcRequest, rpc } from "./operations/rpc.ts";
export { removeSchema } from "./operations/schemas/remove-schema.ts";
export { schemas } from "./operations/schemas/schemas.ts";
export { setSchema } from "./operations/schemas/set-schema.ts";
export { send } from "./operations/send.ts";
export { type DisconnectRequest, disconnect } from "./operations/server-side/disconnect.ts";
export { type ServerRefreshRequest, serverRefresh } from "./operations/server-side/server-refresh.ts";
export { type ServerSubscribeRequest, serverSubscribe } from "./operations/server-side/server-subscribe.ts";
export { type ServerUnsubscribeRequest, serverUnsubscribe } from "./operations/server-side/server-unsubscribe.ts";
export type { TargetRequest } from "./operations/server-side/target.ts";
export { type SubscribeRequest, subscribe } from "./operations/subscribe.ts";
export { unsubscribe } from "./operations/unsubscribe.ts";
export type {
  Application,
  Asked,
  Asker,
  ConnectAnswer,
  ConnectQuestion,
  PublishAnswer,
  PublishQuestion,
  RefreshAnswer,
  RefreshQuestion,
  RpcQuestion,
  SubRefreshAnswer,
  SubRefreshQuestion,
  SubscribeQuestion,
} from "./ports/application.ts";
export type { Directory } from "./ports/directory.ts";
export type { Door } from "./ports/door.ts";
export type { Encoder } from "./ports/encoder.ts";
export type {
  Broker,
  Control,
  ControlMessage,
  Engine,
  EngineEvents,
  HistoryPage,
  HistoryQuery,
  PresenceStore,
  PublishOptions,
  PublishResult,
  StreamOptions,
} from "./ports/engine.ts";
export type {
  ApiAuthenticator,
  ApiIdentity,
  Authenticator,
  Capabilities,
  ConnectionGrant,
  Identity,
  Labels,
  SubscriptionGrant,
} from "./ports/identity.ts";
export {
  type Answer,
  BodyTooLarge,
  type BoundEndpoint,
  type Endpoint,
  type Headers,
  type HttpRequest,
  type Listener,
  type ListenerLimits,
  type MessageCompression,
  type Reply,
  type Route,
  type Stream,
  type TlsFiles,
  type Upgrade,
} from "./ports/listener.ts";
export type { Frame, Inlet, Outlet } from "./ports/outlet.ts";
export type { Credential, Revocation, Revocations, TokenInfo } from "./ports/revocations.ts";
export type { SchemaPlace, SchemaStore } from "./ports/schema-store.ts";
export type { SchemaOrder, SchemaRecord, Schemas } from "./ports/schemas.ts";
export type { Topics } from "./ports/topics.ts";
export { parseActions, parseCapabilities } from "./rights/capabilities.ts";
export { parseLabels } from "./rights/labels.ts";
export { RightsError } from "./rights/rights-error.ts";
export type { Caller, Session, SessionInit, Transport } from "./session.ts";
export type { Channel, ChannelKey, ChannelRules } from "./values/channel.ts";
export {
  type Disconnect,
  DisconnectError,
  disconnects,
  isDisconnect,
  mayReconnect,
  unsubscribes,
} from "./values/disconnects.ts";
export { type ErrorEntry, errors, HubError } from "./values/errors.ts";
export type { HubEvent, HubListener } from "./values/events.ts";
export {
  closedNamespace,
  type DataFormat,
  type Namespace,
  type NamespaceBackends,
  type RecoveryMode,
  type ScopeName,
  scopeNames,
  scopeNamespace,
} from "./values/namespace.ts";
export type { ClientInfo, Payload, Position, Publication, Tags } from "./values/publication.ts";
export type { ConnectResult, Push, SubscribePush } from "./values/push.ts";
export type {
  CapabilityAction,
  SubscribeGrant,
  SubscribeOverride,
  SubscribeResult,
  SubscriptionSource,
} from "./values/subscription.ts";
export { DEFAULT_TENANT_ID, isTenantId, PLATFORM_ID, type Tenant, type TenantLimits } from "./values/tenant.ts";

/** A hub on one node; `start` joins it to its engine. */
export function createHub(options: HubOptions): Hub {
  const hub = new Hub(options);
  hub.onSurvey("channels", (question) => channelsHere(hub, question as ChannelsQuestion));
  hub.onSurvey("connections", (question) => connectionsHere(hub, question as ConnectionsQuestion));
  hub.onSurvey("tenant-info", (tenant) => tenantInfoHere(hub, String(tenant)));
  hub.onControl("subscribe", (message) => {
    const order = {
      channel: String(message.channel),
      grant: decodeGrant(message.grant as Parameters<typeof decodeGrant>[0]),
    };
    hub.background(subscribeHere(hub, message.target as Target, order), "a subscribe order");
  });
  hub.onControl("watch", (message) => hub.watch.note(message.resources as readonly string[]));
  hub.onControl("unsubscribe", (message) => unsubscribeHere(hub, message.target as Target, String(message.channel)));
  hub.onControl("emulate", (message) => {
    emulateHere(hub, String(message.session), decodePayload(message.data as Parameters<typeof decodePayload>[0]));
  });
  hub.onControl("newest", (message) => keepNewestHere(hub, message.newest as Newest));
  hub.onControl("disconnect", (message) => {
    const order = { whitelist: message.whitelist as readonly string[], disconnect: message.disconnect as Disconnect };
    disconnectHere(hub, message.target as Target, order);
  });
  hub.onControl("revoke", (message) => revokeHere(hub, String(message.tenant), message.revocation as Revocation));
  hub.onControl("schemas", (message) => hub.schemas?.changed(String(message.tenant)));
  hub.onControl("refresh", (message) => {
    refreshHere(hub, message.target as Target, decodeOrder(message.order as Parameters<typeof decodeOrder>[0]));
  });
  return hub;
}

/**
 * Who a server API call is, as the hub sees it. A key of a tenant fixes the tenant; a key of the platform may name one and
 * means the default tenant without. Throws `HubError` permissionDenied or unknownChannel.
 */
export function apiCaller(hub: Hub, identity: ApiIdentity, named: string): Caller {
  if (identity.tenant !== undefined && named !== "" && named !== identity.tenant) {
    throw new HubError("permissionDenied", `this API key belongs to the tenant "${identity.tenant}"`);
  }
  const id = identity.tenant ?? (named === "" ? DEFAULT_TENANT_ID : named);
  const tenant = hub.directory.tenant(id);
  if (!tenant) throw new HubError("badRequest", `there is no tenant "${id.slice(0, 64)}"`);
  return { tenant, crossesTenants: identity.tenant === undefined, session: undefined };
}
