import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, openNamespace } from "../hub-ground.fixture.ts";
import { type ConnectRequest, connect, DisconnectError, publish, type SubscribeResult } from "../index.ts";

const request = (fields: Partial<ConnectRequest> = {}): ConnectRequest => ({
  token: "",
  name: "",
  recover: new Map(),
  headerUser: "",
  reply: () => {},
  ...fields,
});
const coded = (code: number) => (error: unknown) => error instanceof DisconnectError && error.disconnect.code === code;

describe("connect", () => {
  it("refuses nobody's credentials with 3501 unless anonymous connections are allowed", async () => {
    const strict = await createGround();
    await assert.rejects(connect(strict.hub, strict.open().session, request()), coded(3501));
    for (const settings of [{ allowAnonymous: true }, { insecure: true }]) {
      const { hub, open } = await createGround({ settings });
      const { session } = open();
      await connect(hub, session, request());
      assert.deepEqual([session.identity.user, session.tenant.id, session.state], ["", "default", "connected"]);
    }
  });

  it("takes the user that a trusted proxy names, never as the platform's", async () => {
    const { hub, open } = await createGround();
    const { session } = open();
    await connect(hub, session, request({ headerUser: "42" }));
    assert.deepEqual([session.identity.user, session.identity.platform, session.isAdmin], ["42", false, false]);
  });

  it("leaves the session unusable after any error, and takes no second connect", async () => {
    const { hub, open, join, tokenFor } = await createGround();
    const failing = [
      request({ token: "unknown" }),
      request({ token: tokenFor({ identity: { user: "42" }, expireAt: 1 }) }),
      request({ token: tokenFor({ subscriptions: new Map([["unknown:channel", { expireAt: 0 }]]) }) }),
      request({ token: tokenFor({ identity: { tenant: "not a tenant" } }) }),
    ];
    for (const each of failing) {
      const { session } = open();
      await assert.rejects(connect(hub, session, each));
      await assert.rejects(connect(hub, session, request({ token: tokenFor({}) })), coded(3501));
      assert.equal(session.subscriptions.size, 0);
    }
    const { session } = await join({ identity: { user: "42" } });
    await assert.rejects(connect(hub, session, request()), coded(3501));
    assert.equal(hub.sessions.size, 1);
  });

  it("refuses with 3504 above the connections of the tenant and of a user, and forgets those that left", async () => {
    for (const options of [
      { limits: { connections: 2 } },
      { limits: { userConnections: 2 } },
      { settings: { userConnectionLimit: 2 } },
    ]) {
      const { join } = await createGround(options);
      const first = await join({ identity: { user: "42" } });
      await join({ identity: { user: "42" } });
      await assert.rejects(join({ identity: { user: "42" } }), coded(3504));
      await join({ identity: { user: "42", tenant: "other" } });
      first.session.closed(1000);
      await join({ identity: { user: "42" } });
    }
  });

  it("refuses with 3505 a credential that gives more channels than a connection may have", async () => {
    const { join } = await createGround({ settings: { channelLimit: 1 } });
    const subscriptions = new Map(["open:1", "open:2"].map((name) => [name, { expireAt: 0 }]));
    await assert.rejects(join({ identity: { user: "42" }, subscriptions }), coded(3505));
  });

  it("gives back nothing of a connection of which one channel fails", async () => {
    const { hub, join } = await createGround();
    const subscriptions = new Map(["open:1", "open:2", "admin:x"].map((name) => [name, { expireAt: 0 }]));
    await assert.rejects(join({ identity: { user: "42" }, subscriptions }), /permission denied/);
    assert.equal(hub.channels.subscriptionCount, 0);
    assert.equal(hub.sessions.size, 0);
  });

  it("subscribes to the personal channel, and keeps only the newest connection where told", async () => {
    const personalChannel = { namespace: "open", singleConnection: true };
    const { join } = await createGround({ settings: { personalChannel } });
    const first = await join({ identity: { user: "42" } });
    assert.deepEqual([...first.reply.subscriptions.keys()], ["open:#42"]);
    const other = await join({ identity: { user: "7" } });
    const foreign = await join({ identity: { user: "42", tenant: "other" } });
    const second = await join({ identity: { user: "42" } });
    assert.equal(first.outlet.closed?.code, 3504);
    assert.deepEqual(
      [second, other, foreign].map(({ outlet }) => outlet.closed),
      [undefined, undefined, undefined],
    );
    const anonymous = await join({});
    assert.equal(anonymous.reply.subscriptions.size, 0);
  });

  it("recovers the channels that it gives, and only those", async () => {
    const { hub, open, tokenFor } = await createGround({ namespaces: [openNamespace] });
    const tenant = hub.directory.tenant("default");
    assert.ok(tenant);
    const server = { tenant, crossesTenants: false, session: undefined };
    for (const data of ["1", "2"]) await publish(hub, server, { channel: "open:given", data });
    const token = tokenFor({ identity: { user: "42" }, subscriptions: new Map([["open:given", { expireAt: 0 }]]) });
    const recover = new Map(["open:given", "open:wanted"].map((name) => [name, { offset: 0, epoch: "" }]));
    let subscriptions: ReadonlyMap<string, SubscribeResult> = new Map();
    const reply: ConnectRequest["reply"] = (result) => {
      subscriptions = result.subscriptions;
    };
    await connect(hub, open().session, request({ token, recover, reply }));
    assert.deepEqual([...subscriptions.keys()], ["open:given"]);
    assert.deepEqual(
      subscriptions.get("open:given")?.publications.map(({ data }) => data),
      ["1", "2"],
    );
  });
});
