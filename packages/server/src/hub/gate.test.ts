import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { checkKey, checkRegex, createGate, type Gate } from "./gate.ts";
import { createGround, type Ground, type TestGrant } from "./hub-ground.fixture.ts";
import { closedNamespace, type Identity, type Namespace, type Session } from "./index.ts";
import { type Channel, resolveChannel } from "./values/channel.ts";

const gate = createGate({ insecure: false, systemRoles: ["auditor"] });
const insecure = createGate({ insecure: true, systemRoles: [] });

let ground: Ground;
let someone: Session;
let anonymous: Session;
let auditor: Session;
let reader: Session;
let operator: Session;

async function session(identity: Partial<Identity>): Promise<Session> {
  const grant: TestGrant = { identity: { user: "42", ...identity } };
  return (await ground.join(grant)).session;
}

before(async () => {
  ground = await createGround();
  someone = await session({});
  anonymous = await session({ user: "" });
  auditor = await session({ platform: true, roles: ["auditor"] });
  reader = await session({ platform: true, permissions: ["system:read"] });
  operator = await session({ platform: true, roles: ["admin"] });
});

/** A channel under these options; a scope's name takes them too. */
function channel(name: string, options: Partial<Namespace> = {}, of: Session = someone): Channel {
  const found = resolveChannel(name, of, ground.hub.names);
  return { ...found, namespace: { ...closedNamespace, ...options } };
}

const rights = {
  publish: { ask: "mayPublish", option: "Publish" },
  presence: { ask: "mayReadPresence", option: "Presence" },
  history: { ask: "mayReadHistory", option: "History" },
} as const;

function subscribed(to: Channel, work: (session: Session) => void): void {
  const subscription = { live: true } as NonNullable<ReturnType<Session["subscriptions"]["get"]>>;
  someone.subscriptions.set(to.name, subscription);
  anonymous.subscriptions.set(to.name, subscription);
  try {
    work(someone);
  } finally {
    someone.subscriptions.delete(to.name);
    anonymous.subscriptions.delete(to.name);
  }
}

describe("the gate on subscribing", () => {
  it("denies a namespace that says nothing", () => {
    assert.equal(gate.maySubscribe(someone, channel("open:x")), false);
  });

  it("opens to clients by allow_subscribe_for_client, to anonymous ones only with their option besides", () => {
    const clients = channel("open:x", { allowSubscribeForClient: true });
    assert.deepEqual(
      [someone, anonymous].map((s) => gate.maySubscribe(s, clients)),
      [true, false],
    );
    const all = channel("open:x", { allowSubscribeForClient: true, allowSubscribeForAnonymous: true });
    assert.deepEqual(
      [someone, anonymous].map((s) => gate.maySubscribe(s, all)),
      [true, true],
    );
    const alone = channel("open:x", { allowSubscribeForAnonymous: true });
    assert.deepEqual(
      [someone, anonymous].map((s) => gate.maySubscribe(s, alone)),
      [false, false],
    );
  });

  it("asks a user-limited channel for the user before any other option", () => {
    const options = { allowUserLimitedChannels: true, allowSubscribeForClient: true, allowSubscribeForAnonymous: true };
    assert.equal(gate.maySubscribe(someone, channel("open:x#41,42", options)), true);
    assert.equal(gate.maySubscribe(someone, channel("open:x#41", options)), false);
    assert.equal(gate.maySubscribe(anonymous, channel("open:x#", options)), false);
    const off = channel("open:x#42", { allowSubscribeForClient: true });
    assert.equal(gate.maySubscribe(someone, off), false, "users are named, but nothing lets them in");
  });

  it("opens everything of a namespace in insecure mode, and nothing of a scope", () => {
    for (const name of ["open:x", "open:x#41", "bare"]) {
      assert.equal(insecure.maySubscribe(someone, channel(name)), true);
      assert.equal(insecure.maySubscribe(anonymous, channel(name)), true);
    }
    for (const name of ["user:41:x", "admin:x", "system:x"]) {
      assert.equal(insecure.maySubscribe(someone, channel(name)), false);
    }
    assert.equal(insecure.maySubscribe(anonymous, channel("tenant:default:x")), false);
  });

  it("opens tenant: to the tenant's users, to anonymous ones only by the option of the namespace tenant", () => {
    const closed = channel("tenant:default:x");
    assert.deepEqual(
      [someone, anonymous].map((s) => gate.maySubscribe(s, closed)),
      [true, false],
    );
    const open = channel("tenant:default:x", { allowSubscribeForAnonymous: true });
    assert.equal(gate.maySubscribe(anonymous, open), true);
    const others = { ...closed, owner: "globex" };
    assert.equal(gate.maySubscribe(someone, others), false);
  });

  it("opens user: to that user alone, never to the anonymous one", () => {
    assert.equal(gate.maySubscribe(someone, channel("user:42:x")), true);
    assert.equal(gate.maySubscribe(someone, channel("user:41:x")), false);
    assert.equal(gate.maySubscribe(anonymous, { ...channel("user:42:x"), user: "" }), false);
  });

  it("opens system: to the roles that the operator names and to system:read from the platform's key", async () => {
    const system = channel("system:x");
    assert.equal(gate.maySubscribe(someone, system), false);
    assert.equal(gate.maySubscribe(auditor, system), true);
    assert.equal(gate.maySubscribe(reader, system), true);
    const ofTenant = await session({ permissions: ["system:read"], roles: ["auditor"] });
    assert.equal(gate.maySubscribe(ofTenant, system), false);
  });

  it("opens admin: to the platform's admin alone", async () => {
    const admin = channel("admin:x");
    assert.deepEqual(
      [someone, auditor, reader, operator].map((s) => gate.maySubscribe(s, admin)),
      [false, false, false, true],
    );
    assert.equal(gate.maySubscribe(await session({ roles: ["admin"] }), admin), false, "not signed by the platform");
    assert.equal(gate.maySubscribe(await session({ platform: true }), admin), false, "without the role");
  });
});

for (const [what, { ask, option }] of Object.entries(rights)) {
  const may = (which: Gate, session: Session, of: Channel): boolean => which[ask](session, of);
  const client = `allow${option}ForClient`;
  const subscriber = `allow${option}ForSubscriber`;
  const nobody = `allow${option}ForAnonymous`;

  describe(`the gate on ${what}`, () => {
    it("denies a namespace that says nothing", () => {
      assert.equal(may(gate, someone, channel("open:x")), false);
      subscribed(channel("open:x"), (session) => assert.equal(may(gate, session, channel("open:x")), false));
    });

    it("opens to clients by the client's option", () => {
      assert.equal(may(gate, someone, channel("open:x", { [client]: true })), true);
    });

    it("opens to subscribers by the subscriber's option, as long as they are subscribed", () => {
      const to = channel("open:x", { [subscriber]: true });
      assert.equal(may(gate, someone, to), false);
      subscribed(to, (session) => assert.equal(may(gate, session, to), true));
      subscribed(channel("open:y"), (session) => assert.equal(may(gate, session, to), false));
    });

    it("opens to anonymous ones only when their option is set besides", () => {
      assert.equal(may(gate, anonymous, channel("open:x", { [client]: true })), false);
      assert.equal(may(gate, anonymous, channel("open:x", { [nobody]: true })), false);
      assert.equal(may(gate, anonymous, channel("open:x", { [client]: true, [nobody]: true })), true);
      const to = channel("open:x", { [subscriber]: true });
      subscribed(to, () => assert.equal(may(gate, anonymous, to), false));
      const all = channel("open:x", { [subscriber]: true, [nobody]: true });
      subscribed(all, () => assert.equal(may(gate, anonymous, all), true));
    });

    it("is not opened by another action's option", () => {
      for (const { option: other } of Object.values(rights)) {
        if (other === option) continue;
        const to = channel("open:x", { [`allow${other}ForClient`]: true, [`allow${other}ForSubscriber`]: true });
        subscribed(to, (session) => assert.equal(may(gate, session, to), false));
      }
    });

    it("opens a namespace in insecure mode, and no scope", () => {
      assert.equal(may(insecure, anonymous, channel("open:x")), true);
      for (const name of ["tenant:default:x", "user:42:x", "admin:x", "system:x"]) {
        assert.equal(may(insecure, someone, channel(name)), false);
      }
    });

    it("opens a scope by its options only to whom it belongs", () => {
      const all = { [client]: true };
      assert.equal(may(gate, someone, channel("tenant:default:x", all)), true);
      assert.equal(may(gate, someone, { ...channel("tenant:default:x", all), owner: "globex" }), false);
      assert.equal(may(gate, someone, channel("user:42:x", all)), true);
      assert.equal(may(gate, someone, channel("user:41:x", all)), false);
      assert.equal(may(gate, someone, channel("admin:x", all)), false);
      assert.equal(may(gate, someone, channel("system:x", all)), false);
    });

    it("opens everything to the platform's admin", () => {
      for (const name of ["open:x", "tenant:default:x", "user:41:x", "admin:x", "system:x"]) {
        assert.equal(may(gate, operator, channel(name)), true);
      }
    });
  });
}

describe("the gate on the platform's channels", () => {
  it("lets nobody but the operator publish, whatever options and roles say", () => {
    const all = { allowPublishForClient: true, allowPublishForSubscriber: true };
    for (const session of [someone, auditor, reader]) {
      for (const name of ["system:x", "admin:x"]) assert.equal(gate.mayPublish(session, channel(name, all)), false);
    }
    assert.equal(gate.mayPublish(operator, channel("system:x", all)), true);
  });

  it("takes an API key of the platform for them, a key of a tenant for the tenant's own", () => {
    const { tenant } = someone;
    const ofTenant = { tenant, crossesTenants: false, session: undefined };
    const ofPlatform = { tenant, crossesTenants: true, session: undefined };
    for (const name of ["admin:x", "system:x"]) {
      assert.throws(() => checkKey(ofTenant, channel(name)), /^HubError: permission denied: channels of the operator/);
      checkKey(ofPlatform, channel(name));
      checkKey(someone, channel(name));
    }
    checkKey(ofTenant, channel("tenant:default:x"));
    checkKey(ofTenant, channel("open:x"));
  });
});

describe("channel_regex", () => {
  it("is matched against the name after the namespace", () => {
    const options = { channelRegex: /^[0-9]+$/ };
    checkRegex(channel("open:12", options));
    assert.throws(() => checkRegex(channel("open:room", options)), /^HubError: bad request: .*channel_regex/);
    checkRegex(channel("open:room"));
  });
});
