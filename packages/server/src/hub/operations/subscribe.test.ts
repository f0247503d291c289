import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, openNamespace } from "../hub-ground.fixture.ts";
import { DisconnectError, HubError, type SubscriptionGrant, subscribe } from "../index.ts";

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

describe("a subscription without a channel", () => {
  it("ends the connection with 3501", async () => {
    const { ask } = await setUp();
    await assert.rejects(ask(""), { disconnect: { code: 3501, reason: "bad request" } });
  });
});
