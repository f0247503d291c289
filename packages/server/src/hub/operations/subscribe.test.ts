import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, openNamespace } from "../hub-ground.fixture.ts";
import {
  type Application,
  DisconnectError,
  HubError,
  refreshSubscription,
  type SubscriptionGrant,
  subscribe,
  unsubscribe,
} from "../index.ts";
import { resolveChannel } from "../values/channel.ts";

async function setUp(options: Parameters<typeof createGround>[0] = {}) {
  const subscriptionTokens = new Map<string, SubscriptionGrant>();
  const ground = await createGround({ ...options, subscriptionTokens });
  const { session } = await ground.join({ identity: { user: "42", tenant: "acme" } });
  const give = (fields: Partial<SubscriptionGrant>): string => {
    const token = `token ${subscriptionTokens.size}`;
    subscriptionTokens.set(token, { channel: "open:room", user: "42", client: "", expireAt: 0, ...fields });
    return token;
  };
  const ask = (channel: string, token = "") => subscribe(ground.hub, session, { channel, token, reply: () => {} });
  const refusal = async (channel: string, token = ""): Promise<string> => {
    try {
      await ask(channel, token);
    } catch (error) {
      assert.ok(error instanceof HubError || error instanceof DisconnectError);
      return error.message;
    }
    return assert.fail(`"${channel}" was opened`);
  };
  return { ...ground, session, give, ask, refusal };
}

describe("a refused subscription explains itself", () => {
  it("with the form that was probably meant", async () => {
    const { refusal } = await setUp();
    const meant: [name: string, form: string][] = [
      ["dashboard", "tenant:acme:dashboard"],
      ["tenant12345", "tenant:12345:{resource}"],
      ["tenant-12345", "tenant:12345:{resource}"],
      ["tenant_acme_orders", "tenant:acme:orders"],
      ["user42", "user:42:{resource}"],
      ["user.42.inbox", "user:42:inbox"],
      ["admin-alerts", "admin:alerts"],
      ["admin/alerts-high", "admin:alerts-high"],
      ["system", "system:{resource}"],
      ["tenants", "tenant:acme:tenants"],
    ];
    for (const [name, form] of meant) {
      const text = await refusal(name);
      assert.ok(
        text.startsWith("permission denied: clients may not subscribe to names without a namespace here"),
        text,
      );
      assert.ok(text.includes(`did you mean "${form}"? Otherwise write tenant:acme:{resource}`), text);
    }
  });

  it("by naming who the channel is for", async () => {
    const { refusal } = await setUp({ namespaces: [{ ...openNamespace, allowSubscribeForClient: false }] });
    assert.match(await refusal("admin:alerts"), /^permission denied: .*platform role admin$/);
    assert.match(await refusal("system:status"), /^permission denied: .*roles that the operator names$/);
    assert.match(await refusal("user:7:inbox"), /^permission denied: .*own user id$/);
    assert.match(await refusal("tenant:other:orders"), /^permission denied: .*only tenant:acme:\{resource\}$/);
    assert.match(await refusal("open:room"), /^permission denied: .*namespace "open" here; write /);
  });
});

describe("a subscription token", () => {
  it("is needed for a private channel, whoever asks", async () => {
    const { refusal, ask, give, join, hub } = await setUp();
    assert.match(await refusal("$open:room"), /^permission denied: this channel needs a subscription token$/);
    const admin = await join({ identity: { user: "1", platform: true, roles: ["admin"] } });
    await assert.rejects(
      subscribe(hub, admin.session, { channel: "$open:room", token: "", reply: () => {} }),
      /needs a subscription token/,
    );
    await ask("$open:room", give({ channel: "$open:room" }));
  });

  it("opens what the options keep shut, for its channel, user and client alone", async () => {
    const { refusal, ask, give, session } = await setUp({
      namespaces: [{ ...openNamespace, allowSubscribeForClient: false }],
    });
    for (const other of [{ channel: "open:other" }, { user: "7" }, { client: "another" }]) {
      assert.match(await refusal("open:room", give(other)), /^invalid token: a subscription token for another/);
    }
    assert.equal(session.subscriptions.size, 0);
    await ask("open:room", give({ client: session.id }));
  });

  it("that has ended opens nothing, and neither does any of them a channel of the platform", async () => {
    const { refusal, give, clock } = await setUp();
    assert.equal(await refusal("open:room", give({ expireAt: clock.now() / 1000 })), "expired");
    for (const channel of ["admin:alerts", "system:status"]) {
      assert.match(await refusal(channel, give({ channel })), /^permission denied/);
    }
  });

  it("of an operator says nothing in a channel of another tenant", async () => {
    const { hub, join, give } = await setUp();
    const { session } = await join({ identity: { user: "42", platform: true, roles: ["admin"] } });
    const channel = "tenant:acme:orders";
    const token = give({ channel, info: '{"of":"default"}', expireAt: hub.clock.now() / 1000 + 60 });
    await subscribe(hub, session, { channel, token, reply: ({ expires }) => assert.equal(expires, false) });
    const subscription = session.subscriptions.get(channel);
    assert.deepEqual([subscription?.source, subscription?.info, subscription?.token], ["role", undefined, undefined]);
    await assert.rejects(
      refreshSubscription(hub, session, { channel, token }),
      /^HubError: permission denied: no token/,
    );
    assert.equal(subscription?.info, undefined);
  });

  it("brings its information, its data, its end and its overrides along", async () => {
    const { hub, session, give, clock } = await setUp();
    const expireAt = clock.now() / 1000 + 60;
    const override = { presence: false, forceRecovery: false };
    const token = give({ expireAt, info: '{"seat":1}', data: '{"hello":1}', override });
    await subscribe(hub, session, {
      channel: "open:room",
      token,
      reply(result) {
        assert.deepEqual([result.expires, result.ttl, result.data], [true, 60, '{"hello":1}']);
        assert.deepEqual([result.positioned, result.recoverable], [false, false]);
      },
    });
    const subscription = session.subscriptions.get("open:room");
    assert.deepEqual([subscription?.info, subscription?.present], ['{"seat":1}', false]);
  });
});

describe("what a subscription allows", () => {
  const shut = { ...openNamespace, allowPublishForClient: false, allowPresenceForClient: false, allowRecovery: false };
  const namespaces = [{ ...shut, allowSubscribeForClient: false, allowHistoryForClient: false, forceRecovery: false }];
  const setUpShut = async () => {
    const world = await setUp({ namespaces });
    const { hub, session } = world;
    const rights = (name = "open:room"): string[] => {
      const channel = resolveChannel(name, session, hub.names);
      return [
        ...(hub.gate.mayPublish(session, channel) ? ["pub"] : []),
        ...(hub.gate.mayReadPresence(session, channel) ? ["prs"] : []),
        ...(hub.gate.mayReadHistory(session, channel) ? ["hst"] : []),
      ];
    };
    return { ...world, rights };
  };

  it("is what its token says besides the namespace, each action by itself", async () => {
    const { ask, give, session, hub, rights } = await setUpShut();
    for (const allow of [undefined, [], ["sub"], ["pub"], ["prs"], ["hst"], ["pub", "prs", "hst"]] as const) {
      await ask("open:room", give(allow ? { allow } : {}));
      const actions = allow?.filter((action) => action !== "sub") ?? [];
      assert.deepEqual(rights(), actions);
      unsubscribe(hub, session, "open:room");
      assert.deepEqual(rights(), [], "and it ends with the subscription");
    }
  });

  it("holds in its own channel alone", async () => {
    const { ask, give, rights } = await setUpShut();
    await ask("open:room", give({ allow: ["pub", "prs", "hst"] }));
    await ask("open:other", give({ channel: "open:other" }));
    assert.deepEqual(rights("open:other"), []);
  });

  it("counts while the client subscribes: recovery with hst, joins and leaves with prs", async () => {
    const { hub, session, give } = await setUpShut();
    for (const [allow, recoverable, joinLeave] of [
      [[], false, false],
      [["hst"], true, false],
      [["prs"], false, true],
    ] as const) {
      const wish = { channel: "open:room", token: give({ allow }), recoverable: true, joinLeave: true };
      await subscribe(hub, session, { ...wish, reply: () => {} });
      const subscription = session.subscriptions.get("open:room");
      assert.deepEqual([subscription?.recoverable, subscription?.joinLeave], [recoverable, joinLeave]);
      unsubscribe(hub, session, "open:room");
    }
  });

  it("changes when its token is renewed", async () => {
    const { hub, session, ask, give, rights } = await setUpShut();
    await ask("open:room", give({ allow: ["pub", "hst"] }));
    const renewed = { channel: "open:room", token: give({ allow: ["prs"] }) };
    await refreshSubscription(hub, session, renewed);
    assert.deepEqual(rights(), ["prs"]);
    await refreshSubscription(hub, session, { ...renewed, token: give({}) });
    assert.deepEqual(rights(), []);
  });

  it("may be given by the server, also to the anonymous", async () => {
    const { hub, join } = await setUpShut();
    const subscriptions = new Map([["open:room", { expireAt: 0, allow: ["pub" as const] }]]);
    const { session } = await join({ subscriptions });
    const channel = resolveChannel("open:room", session, hub.names);
    assert.deepEqual([hub.gate.mayPublish(session, channel), hub.gate.mayReadHistory(session, channel)], [true, false]);
  });
});

describe("the reason of a subscription", () => {
  it("is the rule that opened it, though others would too, and stays", async () => {
    const application: Application = {
      subscribe: ({ channel }) => (channel === "open:asked" ? Promise.resolve({ expireAt: 0 }) : undefined),
    };
    const { session, ask, give } = await setUp({ application });
    await ask("open:room", give({}));
    await ask("open:asked");
    await ask("open:free");
    await ask("user:42:inbox");
    const sources = [...session.subscriptions].map(([name, { source }]) => [name, source]);
    assert.deepEqual(sources, [
      ["open:room", "subscriptionToken"],
      ["open:asked", "application"],
      ["open:free", "namespace"],
      ["user:42:inbox", "namespace"],
    ]);
  });
});

describe("a subscription without a channel", () => {
  it("ends the connection with 3501", async () => {
    const { ask } = await setUp();
    await assert.rejects(ask(""), { disconnect: { code: 3501, reason: "bad request" } });
  });
});
