import type { Caller, Session } from "./session.ts";
import type { Channel } from "./values/channel.ts";
import { HubError } from "./values/errors.ts";
import type { Namespace } from "./values/namespace.ts";
import type { CapabilityAction, SubscribeGrant, SubscriptionSource } from "./values/subscription.ts";

export interface GateSettings {
  /** Every client may do everything in its own tenant; for development only. */
  readonly insecure: boolean;
  /** Roles, besides the platform's `admin`, that may read `system:` channels. */
  readonly systemRoles: readonly string[];
}

/** Why a client may subscribe though neither a token nor the application says so. */
export type SubscribeGround = Extract<
  SubscriptionSource,
  "role" | "userLimited" | "namespace" | "capability" | "insecure"
>;

/** What a subscription that is being made was given with. */
export type Entering = Pick<SubscribeGrant, "allow">;

/** May they? Default deny; the first rule that grants wins (reference: permission evaluation in code order). */
export interface Gate {
  /** Without a token. */
  maySubscribe(session: Session, channel: Channel): boolean;
  /** The first rule that grants it; `undefined` when none does. */
  subscribeGround(session: Session, channel: Channel): SubscribeGround | undefined;
  mayPublish(session: Session, channel: Channel): boolean;
  /** `entering`: asked while the session subscribes, which was granted, so that it counts as a subscriber. */
  mayReadPresence(session: Session, channel: Channel, entering?: Entering): boolean;
  mayReadHistory(session: Session, channel: Channel, entering?: Entering): boolean;
}

/** The permission `system:read`, when a key of the platform vouches for it, opens `system:` channels for reading. */
const SYSTEM_READ = "system:read";

/** To whom a namespace opens an action. */
interface Rights {
  readonly client: boolean;
  readonly subscriber: boolean;
  readonly anonymous: boolean;
  /** What capabilities call the action. */
  readonly action: CapabilityAction;
  /** The session is about to become a subscriber. */
  readonly entering?: Entering | undefined;
}

const publishRights = (n: Namespace): Rights => ({
  client: n.allowPublishForClient,
  subscriber: n.allowPublishForSubscriber,
  anonymous: n.allowPublishForAnonymous,
  action: "pub",
});

const presenceRights = (n: Namespace): Rights => ({
  client: n.allowPresenceForClient,
  subscriber: n.allowPresenceForSubscriber,
  anonymous: n.allowPresenceForAnonymous,
  action: "prs",
});

const historyRights = (n: Namespace): Rights => ({
  client: n.allowHistoryForClient,
  subscriber: n.allowHistoryForSubscriber,
  anonymous: n.allowHistoryForAnonymous,
  action: "hst",
});

/** The subscription in `channel`, when there is one. */
function entered(session: Session, channel: Channel): Entering | undefined {
  const subscription = session.subscriptions.get(channel.name);
  return subscription?.live ? subscription : undefined;
}

export function createGate(settings: GateSettings): Gate {
  const insecure = (channel: Channel): boolean => settings.insecure && channel.scope === "namespace";

  function readsSystem({ identity }: Session): boolean {
    // A tenant writes into its tokens what it likes: only the platform's word opens what is the platform's.
    if (!identity.platform) return false;
    if (identity.permissions.includes(SYSTEM_READ)) return true;
    return identity.roles.some((role) => settings.systemRoles.includes(role));
  }

  /** Whether the scope itself lets this session near the channel. */
  function inScope(session: Session, channel: Channel): boolean {
    const { user } = session.identity;
    switch (channel.scope) {
      case "tenant":
        return session.tenant.id === channel.owner && (user !== "" || channel.namespace.allowSubscribeForAnonymous);
      case "user":
        return user !== "" && user === channel.user;
      case "system":
        return readsSystem(session);
      case "admin":
        return false;
      case "namespace":
        return true;
    }
  }

  /** The word of who signed the credential reaches what is the tenant's own, but no channel of another user. */
  function byCapability({ identity, tenant, grant }: Session, channel: Channel, action: CapabilityAction): boolean {
    if (!grant.capabilities || channel.owner !== tenant.id) return false;
    if (channel.scope === "admin" || channel.scope === "system") return false;
    if (channel.scope === "user" && (identity.user === "" || identity.user !== channel.user)) return false;
    if (channel.allowedUsers.length > 0 && !channel.allowedUsers.includes(identity.user)) return false;
    return grant.capabilities.allows(action, channel.name);
  }

  function byOptions(session: Session, channel: Channel, rights: Rights): boolean {
    const subscribed = rights.entering ?? entered(session, channel);
    if (session.identity.user !== "" || rights.anonymous) {
      if (rights.subscriber && subscribed) return true;
      if (rights.client && (subscribed || inScope(session, channel))) return true;
    }
    if (subscribed?.allow?.includes(rights.action) && channel.owner === session.tenant.id) return true;
    return byCapability(session, channel, rights.action) || insecure(channel);
  }

  function subscribeGround(session: Session, channel: Channel): SubscribeGround | undefined {
    const { namespace, allowedUsers, scope } = channel;
    const { user } = session.identity;
    if (session.isAdmin) return "role";
    if (scope !== "namespace") {
      if (inScope(session, channel)) return scope === "system" ? "role" : "namespace";
    } else if (allowedUsers.length > 0) {
      if (namespace.allowUserLimitedChannels && user !== "" && allowedUsers.includes(user)) return "userLimited";
    } else if (namespace.allowSubscribeForClient && (user !== "" || namespace.allowSubscribeForAnonymous)) {
      return "namespace";
    }
    if (byCapability(session, channel, "sub")) return "capability";
    return insecure(channel) ? "insecure" : undefined;
  }

  return {
    maySubscribe: (session, channel) => subscribeGround(session, channel) !== undefined,
    subscribeGround,

    mayPublish(session, channel) {
      if (session.isAdmin) return true;
      if (channel.scope === "admin" || channel.scope === "system") return false;
      return byOptions(session, channel, publishRights(channel.namespace));
    },

    mayReadPresence: (session, channel, entering) =>
      session.isAdmin || byOptions(session, channel, { ...presenceRights(channel.namespace), entering }),
    mayReadHistory: (session, channel, entering) =>
      session.isAdmin || byOptions(session, channel, { ...historyRights(channel.namespace), entering }),
  };
}

/** The server API does everything in the tenant of its key; what is the platform's takes a key of the platform. */
export function checkKey(caller: Caller, channel: Channel): void {
  if (caller.session || caller.crossesTenants || channel.owner === caller.tenant.id) return;
  throw new HubError("permissionDenied", "channels of the operator take an API key of the operator");
}

/** What a client asked for does not fit the namespace's `channel_regex`. */
export function checkRegex(channel: Channel): void {
  if (channel.namespace.channelRegex && !channel.namespace.channelRegex.test(channel.rest)) {
    throw new HubError("badRequest", "the channel does not match the namespace's channel_regex");
  }
}
