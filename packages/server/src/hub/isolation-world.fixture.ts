import assert from "node:assert/strict";
import {
  createApiKeys,
  createAuthenticator,
  mintConnectionToken,
  mintSubscriptionToken,
  type SigningKey,
} from "../auth/index.ts";
import { createMemorySpace } from "../engines/memory/index.ts";
import { createSeededIds } from "../kit/ids.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock, type VirtualClock } from "../kit/virtual-clock.ts";
import { createDirectory } from "../tenants/directory.ts";
import { createGround, type Ground, noLimits, openNamespace, type TestOutlet } from "./hub-ground.fixture.ts";
import {
  apiCaller,
  type Caller,
  channels,
  connect,
  DisconnectError,
  disconnect,
  type Hub,
  HubError,
  history,
  info,
  presence,
  presenceStats,
  publish,
  removeHistory,
  type Session,
  serverRefresh,
  serverSubscribe,
  serverUnsubscribe,
  subscribe,
  unsubscribe,
} from "./index.ts";
import {
  type ApiCall,
  type Asking,
  type Connecting,
  type Step,
  signing,
  tenantIds,
} from "./isolation-steps.fixture.ts";

const keyOf = (owner: string): SigningKey => ({ algorithm: "HS256", key: `the secret of ${owner}, long enough` });

const tokens = new Map<string, Promise<string>>();
function once(id: string, make: () => Promise<string>): Promise<string> {
  let token = tokens.get(id);
  if (!token) {
    token = make();
    tokens.set(id, token);
  }
  return token;
}

const mark = (owner: string): string => JSON.stringify({ mark: owner });

function connectionToken(step: Connecting): Promise<string> {
  const { tenant, user, as, given } = step;
  return once(JSON.stringify([as, tenant, user, given]), () => {
    const other = tenantIds.find((id) => id !== tenant) ?? "";
    const ownKey = keyOf(signing.has(tenant) ? tenant : "platform");
    const info = mark(as === "admin" ? "operator" : tenant);
    const content = { user, info, ...(given === "" ? {} : { subscriptions: new Map([[given, { info }]]) }) };
    if (as === "tenant") return mintConnectionToken({ ...content, tenant }, ownKey);
    // Where the tenant signs for itself the platform's key does not speak for it: its operator comes as the default one.
    const home = signing.has(tenant) ? "default" : tenant;
    if (as === "admin") return mintConnectionToken({ ...content, tenant: home, roles: ["admin"] }, keyOf("platform"));
    const forger = keyOf(signing.has(tenant) ? tenant : "nobody");
    if (as === "forged-tenant") return mintConnectionToken({ ...content, tenant: other }, forger);
    return mintConnectionToken({ ...content, tenant, roles: ["admin"] }, forger);
  });
}

function subscriptionToken(tenant: string, user: string, channel: string): Promise<string> {
  const key = keyOf(signing.has(tenant) ? tenant : "platform");
  return once(JSON.stringify([tenant, user, channel]), () =>
    mintSubscriptionToken({ tenant, user, channel, info: mark(tenant) }, key),
  );
}

/** Whose a channel is, read without the code under test. */
function ownerOf(channel: string, tenant: string): string {
  const [scope, id = "", resource] = channel.replace(/^\$/, "").split(":");
  if (scope === "admin" || scope === "system") return "platform";
  return scope === "tenant" && resource !== undefined ? id : tenant;
}

interface Person {
  readonly session: Session;
  readonly outlet: TestOutlet;
  readonly node: Ground;
  readonly crossing: boolean;
  readonly tenant: string;
}

interface Seen {
  readonly tenant: string;
  readonly crossing: boolean;
  readonly what: string;
  readonly channel: string;
  readonly value: unknown;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Maps as lists, so that nothing is lost in JSON. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_key, each) => (each instanceof Map ? [...each] : each)));

export interface WorldOptions {
  readonly tenants: readonly string[];
}

/** Two nodes of one cluster with the real authenticator, keys and directory; notes what everybody gets to see. */
export class World {
  readonly #nodes: readonly Ground[];
  readonly #clock: VirtualClock;
  readonly #keys: ReturnType<typeof createApiKeys>;
  readonly #people: Person[] = [];
  readonly #seen: Seen[] = [];
  deliveries = 0;
  refusals = 0;
  #events: { tenant: string }[] = [];

  private constructor(nodes: readonly Ground[], clock: VirtualClock, keys: ReturnType<typeof createApiKeys>) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#keys = keys;
    for (const { hub } of nodes) {
      hub.listen((event) => {
        // Before a session is authenticated it is nobody's.
        const anonymous = event.type === "disconnected" && !event.connected;
        if ("tenant" in event && !anonymous) this.#events.push(event);
        if (event.type === "delivered") this.deliveries += event.subscribers;
      });
    }
  }

  static async create({ tenants }: WorldOptions): Promise<World> {
    const clock = createVirtualClock();
    const directory = createDirectory({
      withoutNamespace: { ...openNamespace, name: "" },
      namespaces: [{ ...openNamespace, allowUserLimitedChannels: true, forcePushJoinLeave: true }],
      limits: { ...noLimits, connections: 6, userConnections: 2, publicationsPerSecond: 5, historyChannels: 2 },
      tenants: tenants.map((id) => ({ id })),
      allowUndeclared: false,
    });
    const authenticator = createAuthenticator({
      platform: { hmacSecretKey: keyOf("platform").key },
      tenants: new Map(
        tenants.filter((id) => signing.has(id)).map((id) => [id, { token: { hmacSecretKey: keyOf(id).key } }]),
      ),
      directory,
      clock,
      log: silentLog,
    });
    const keys = createApiKeys({ platform: ["platform"], tenants: new Map(tenants.map((id) => [id, [`key ${id}`]])) });
    const space = createMemorySpace({ clock, ids: createSeededIds(3) });
    const settings = { pingIntervalMs: 0, systemRoles: [] };
    const nodes = [
      await createGround({ clock, space, directory, authenticator, settings, seed: 1 }),
      await createGround({ clock, space, directory, authenticator, settings, seed: 2 }),
    ];
    return new World(nodes, clock, keys);
  }

  async end(): Promise<void> {
    for (const { hub } of this.#nodes) {
      hub.drain();
      await turn();
    }
    for (const { hub } of this.#nodes) await hub.stop();
  }

  async take(step: Step): Promise<void> {
    const node = this.#nodes[step.node];
    assert.ok(node);
    this.#events = [];
    const crossing = await this.#act(step, node);
    await turn();
    // What an operator is in ends with his connection, and a tenant may end the connections of its own.
    if (crossing || this.#people.some((person) => person.crossing)) return;
    for (const event of this.#events)
      assert.equal(event.tenant, step.tenant, `an event of another: ${JSON.stringify(event)}`);
  }

  /** Returns whether the one who acted may cross tenants. */
  async #act(step: Step, node: Ground): Promise<boolean> {
    if (step.do === "connect") return this.#connect(step, node);
    if (step.do === "api") {
      await this.#api(step, node.hub);
      return step.key === "platform";
    }
    const own = this.#people.filter((each) => each.tenant === step.tenant && each.session.state === "connected");
    const person = own[step.who % own.length];
    if (!person) return false;
    await this.#ask(step, person);
    return person.crossing;
  }

  async #note(about: Omit<Seen, "value">, work: () => unknown): Promise<unknown> {
    try {
      const value = plain(await work());
      this.#seen.push({ ...about, value });
      return value;
    } catch (error) {
      assert.ok(error instanceof HubError || error instanceof DisconnectError, String(error));
      this.refusals++;
      this.#seen.push({ ...about, value: `${error.name} ${error.message}` });
      return undefined;
    }
  }

  async #connect(step: Connecting, node: Ground): Promise<boolean> {
    const { session, outlet } = node.open();
    const token = await connectionToken(step);
    const crossing = step.as === "admin";
    const tenant = crossing && signing.has(step.tenant) ? "default" : step.tenant;
    const about = { tenant, crossing, what: "connect", channel: step.given };
    const reply = await this.#note(about, async () => {
      let result: unknown;
      await connect(node.hub, session, {
        token,
        name: "test",
        recover: new Map(),
        headerUser: "",
        reply: (value) => {
          result = value;
        },
      });
      return result;
    });
    if (reply === undefined) session.closed(3000);
    else {
      assert.ok(step.as === "tenant" || step.as === "admin", "a forged credential was taken");
      assert.equal(session.isAdmin, crossing);
      this.#people.push({ session, outlet, node, crossing, tenant });
    }
    return crossing;
  }

  async #ask(step: Asking, { session, node, crossing, tenant }: Person): Promise<void> {
    const { hub } = node;
    const { channel } = step;
    const about = { tenant, crossing, what: step.do, channel };
    const token = step.token ? await subscriptionToken(tenant, session.identity.user, channel) : "";
    await this.#note(about, async () => {
      switch (step.do) {
        case "subscribe": {
          let result: unknown;
          const reply = (value: unknown): void => {
            result = value;
          };
          await subscribe(hub, session, { channel, token, recover: { offset: 0, epoch: "" }, reply });
          return result;
        }
        case "unsubscribe":
          return unsubscribe(hub, session, channel);
        case "publish":
          return publish(hub, session, { channel, data: mark(ownerOf(channel, tenant)), idempotencyKey: "k" });
        case "history":
          return history(hub, session, { channel, limit: -1, reverse: false });
        case "presence":
          return presence(hub, session, channel);
        case "stats":
          return presenceStats(hub, session, channel);
        case "close":
          return session.closed(3000);
      }
    });
  }

  async #api(step: ApiCall, hub: Hub): Promise<void> {
    const identity = this.#keys.identify(step.key === "platform" ? "platform" : `key ${step.tenant}`);
    assert.ok(identity);
    const crossing = step.key === "platform";
    const named = crossing ? step.tenant : step.named;
    const about = { tenant: step.tenant, crossing, what: `api ${step.call}`, channel: step.channel };
    await this.#note(about, () => this.#call(step, hub, apiCaller(hub, identity, named)));
  }

  #call(step: ApiCall, hub: Hub, caller: Caller): unknown {
    const { channel, user } = step;
    const target = { user, client: "", session: "" };
    switch (step.call) {
      case "publish":
        return publish(hub, caller, { channel, data: mark(ownerOf(channel, step.tenant)) });
      case "history":
        return history(hub, caller, { channel, limit: -1, reverse: false });
      case "presence":
        return presence(hub, caller, channel);
      case "stats":
        return presenceStats(hub, caller, channel);
      case "channels":
        return channels(hub, caller, { pattern: "*", limit: 0, cursor: "" });
      case "info":
        return info(hub, caller);
      case "remove":
        return removeHistory(hub, caller, channel);
      case "subscribe":
        return serverSubscribe(hub, caller, { ...target, channel, expireAt: 0 });
      case "unsubscribe":
        return serverUnsubscribe(hub, caller, { ...target, channel });
      case "disconnect":
        return disconnect(hub, caller, { ...target, whitelist: [] });
      default:
        return serverRefresh(hub, caller, { ...target, expired: false, expireAt: this.#clock.now() / 1000 + 60 });
    }
  }

  #pushes(tenant: string): Seen[] {
    const own = this.#people.filter((person) => person.tenant === tenant);
    return own.flatMap(({ outlet, crossing }) => {
      const about = { tenant, crossing, what: "push" };
      const pushes = outlet.received.map((push) => ({
        ...about,
        channel: "channel" in push ? push.channel : "",
        value: push,
      }));
      return [...pushes, { ...about, channel: "", value: outlet.closed }];
    });
  }

  #all(tenant: string): Seen[] {
    return [...this.#seen.filter((each) => each.tenant === tenant), ...this.#pushes(tenant)];
  }

  /** Everything that a tenant's credentials got to see, with random names numbered by their first appearance. */
  observed(tenant: string): unknown {
    const names = new Map<string, string>();
    return JSON.parse(
      JSON.stringify(this.#all(tenant), (key, value: unknown) => {
        if (typeof value !== "string" || !["client", "session", "node", "uid", "epoch"].includes(key)) return value;
        if (!names.has(value)) names.set(value, `${key} ${names.size}`);
        return names.get(value);
      }),
    );
  }

  /** Asserts that what a tenant's credentials got to see is whose it should be; returns how many marks were met. */
  checkMarks(tenant: string): number {
    let count = 0;
    for (const { crossing, what, channel, value } of this.#all(tenant)) {
      const owner = ownerOf(channel, tenant);
      for (const [, found = ""] of JSON.stringify(value ?? null).matchAll(/\\?"mark\\?":\\?"([^"\\]*)/g)) {
        count++;
        // Operators watch a resource over all tenants.
        const whose = found === "operator" || found === owner || (crossing && channel.startsWith("tenant:*:"));
        assert.ok(whose && (crossing || owner === tenant), `${tenant}: ${what} ${channel} shows what is ${found}'s`);
      }
    }
    return count;
  }
}
