import {
  createMemoryEngine,
  createMemoryRevocations,
  createMemorySpace,
  type MemorySpace,
} from "../engines/memory/index.ts";
import { createSeededIds } from "../kit/ids.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock, type VirtualClock } from "../kit/virtual-clock.ts";
import { createDirectory } from "../tenants/directory.ts";
import {
  type Application,
  type Authenticator,
  type ConnectionGrant,
  type ConnectResult,
  closedNamespace,
  connect,
  createHub,
  type Directory,
  type Disconnect,
  DisconnectError,
  disconnects,
  type Encoder,
  type Engine,
  type Hub,
  type HubSettings,
  type Identity,
  type Namespace,
  type Outlet,
  type Push,
  type Revocations,
  type Session,
  type SubscriptionGrant,
  type TenantLimits,
  type Topics,
} from "./index.ts";

/** Pushes travel as they are: a frame is JSON of the push. */
export const jsonEncoder: Encoder = { id: "test", encode: (push) => JSON.stringify(push) };

export class TestOutlet implements Outlet {
  readonly received: (Push | { type: "reply"; value: unknown })[] = [];
  readonly topics: Set<string> = new Set();
  closed: Disconnect | undefined;
  bufferedBytes = 0;

  send(frame: string | Uint8Array): void {
    if (!this.closed) this.received.push(JSON.parse(String(frame)) as Push);
  }

  close(disconnect: Disconnect): void {
    this.closed ??= disconnect;
  }
}

/** Topics without a socket: delivery in the call. */
export function createTestTopics(): Topics & { published: number } {
  const members = new Map<string, Set<TestOutlet>>();
  const topics = {
    published: 0,
    join(outlet: Outlet, topic: string): void {
      const set = members.get(topic) ?? new Set();
      members.set(topic, set);
      set.add(outlet as TestOutlet);
    },
    leave(outlet: Outlet, topic: string): void {
      members.get(topic)?.delete(outlet as TestOutlet);
    },
    publish(topic: string, frame: string | Uint8Array): void {
      topics.published++;
      for (const outlet of members.get(topic) ?? []) outlet.send(frame);
    },
  };
  return topics;
}

export const testSettings: HubSettings = {
  nodeName: "test",
  version: "0.0.0",
  channel: { maxLength: 255, privatePrefix: "$", namespaceBoundary: ":", userBoundary: "#", userSeparator: "," },
  node: { connections: 0, connectionsPerSecond: 0 },
  drain: { perSecond: 0, withinMs: 10_000 },
  pingIntervalMs: 25_000,
  pongTimeoutMs: 8_000,
  staleCloseDelayMs: 10_000,
  expiredCloseDelayMs: 25_000,
  expiredSubCloseDelayMs: 25_000,
  presenceIntervalMs: 27_000,
  presenceTtlMs: 60_000,
  positionCheckMs: 5_000,
  insufficientSpreadMs: 2_000,
  channelLimit: 128,
  userConnectionLimit: 0,
  historyLimit: 300,
  recoveryLimit: 300,
  recoveryTotalLimit: 10_000,
  includeServerTime: false,
  allowAnonymous: false,
  insecure: false,
  systemRoles: ["auditor"],
  personalChannel: undefined,
  rpcPingMethod: "ping",
};

export const noLimits: TenantLimits = {
  connections: 0,
  userConnections: 0,
  subscriptionsPerConnection: 0,
  publicationsPerSecond: 0,
  publicationBytes: 0,
  historyChannels: 0,
};

/** A namespace with history in which clients may do everything. */
export const openNamespace: Namespace = {
  ...closedNamespace,
  name: "open",
  presence: true,
  joinLeave: true,
  historySize: 100,
  historyTtlMs: 600_000,
  forceRecovery: true,
  allowSubscribeForClient: true,
  allowPublishForClient: true,
  allowPresenceForClient: true,
  allowHistoryForClient: true,
};

export interface GroundOptions {
  readonly settings?: Partial<HubSettings>;
  readonly namespaces?: readonly Namespace[];
  readonly limits?: Partial<TenantLimits>;
  readonly space?: MemorySpace;
  readonly revocations?: Revocations;
  readonly clock?: VirtualClock;
  readonly seed?: number;
  /** Stands between the hub and the memory engine. */
  readonly wrapEngine?: (engine: Engine) => Engine;
  /** Instead of one that takes the tokens of `join`. */
  readonly authenticator?: Authenticator;
  readonly application?: Application;
  /** Instead of one that knows every tenant with the same namespaces and limits. */
  readonly directory?: Directory;
  /** Subscription tokens by their text. */
  readonly subscriptionTokens?: ReadonlyMap<string, SubscriptionGrant>;
}

export interface Ground {
  readonly hub: Hub;
  readonly clock: VirtualClock;
  readonly topics: ReturnType<typeof createTestTopics>;
  /** A token that connects with this grant. */
  tokenFor(grant: TestGrant): string;
  /** A session that has not connected. */
  open(): { session: Session; outlet: TestOutlet };
  /** A connected session; the token is the grant itself. */
  join(grant: TestGrant): Promise<{ session: Session; outlet: TestOutlet; reply: ConnectResult }>;
}

export type TestGrant = Partial<Omit<ConnectionGrant, "identity">> & { readonly identity?: Partial<Identity> };

export function grantOf(grant: TestGrant): ConnectionGrant {
  const identity = { tenant: "default", platform: false, user: "", roles: [], permissions: [], ...grant.identity };
  return { expireAt: 0, subscriptions: new Map(), ...grant, identity };
}

/** A hub over the memory engine with a virtual clock, without sockets. */
export async function createGround(options: GroundOptions = {}): Promise<Ground> {
  const clock = options.clock ?? createVirtualClock();
  const ids = createSeededIds(options.seed ?? 1);
  const space = options.space ?? createMemorySpace({ clock, ids });
  const memory = createMemoryEngine({ clock, ids, space });
  const grants = new Map<string, ConnectionGrant>();
  const hub = createHub({
    settings: { ...testSettings, ...options.settings },
    engine: options.wrapEngine?.(memory) ?? memory,
    revocations: options.revocations ?? createMemoryRevocations({ clock }),
    clock,
    ids,
    log: silentLog,
    ...(options.application ? { application: options.application } : {}),
    directory:
      options.directory ??
      createDirectory({
        withoutNamespace: closedNamespace,
        namespaces: options.namespaces ?? [openNamespace],
        limits: { ...noLimits, ...options.limits },
        tenants: [],
        allowUndeclared: true,
      }),
    authenticator: options.authenticator ?? {
      connection: async (token) => {
        const grant = grants.get(token);
        if (!grant) throw new DisconnectError(disconnects.invalidToken);
        return grant;
      },
      subscription: async (token) => {
        const grant = options.subscriptionTokens?.get(token);
        if (!grant) throw new DisconnectError(disconnects.invalidToken);
        return grant;
      },
    },
  });
  await hub.start();
  const topics = createTestTopics();
  const ground: Ground = {
    hub,
    clock,
    topics,
    tokenFor(grant) {
      const token = `token ${grants.size}`;
      grants.set(token, grantOf(grant));
      return token;
    },
    open() {
      const outlet = new TestOutlet();
      const session = hub.open({
        outlet,
        topics,
        encoder: jsonEncoder,
        transport: { name: "test", pings: true, pongs: true, pushesDisconnect: false },
      });
      return { session, outlet };
    },
    async join(grant) {
      const { session, outlet } = ground.open();
      const token = ground.tokenFor(grant);
      let reply: ConnectResult | undefined;
      await connect(hub, session, {
        token,
        name: "test",
        recover: new Map(),
        headerUser: "",
        reply: (result) => {
          reply = result;
        },
      });
      if (!reply) throw new Error("connect did not reply");
      return { session, outlet, reply };
    },
  };
  return ground;
}
