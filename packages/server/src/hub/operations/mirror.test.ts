import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySpace } from "../../engines/memory/index.ts";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createGround, type Ground, type TestOutlet } from "../hub-ground.fixture.ts";
import { apiCaller, HubError, type Position, type Push, publish, type SubscribeResult, subscribe } from "../index.ts";

type PublicationPush = Extract<Push, { type: "publication" }>;
const publications = (outlet: TestOutlet) =>
  outlet.received
    .filter((push): push is PublicationPush => push.type === "publication")
    .map((push) => push.publication);

const operator = { identity: { user: "op", platform: true, roles: ["admin"] } };
const settings = { pingIntervalMs: 0 };

async function watchAll(on: Ground, recover?: Position) {
  const { session, outlet } = await on.join(operator);
  let result: SubscribeResult | undefined;
  await subscribe(on.hub, session, {
    channel: "tenant:*:user_login",
    token: "",
    ...(recover ? { recover } : {}),
    reply: (given) => {
      result = given;
    },
  });
  assert.ok(result);
  return { session, outlet, result };
}

const login = (on: Ground, tenant: string, data: string) =>
  publish(on.hub, apiCaller(on.hub, { name: "key", scopes: ["*"], tenant }, ""), {
    channel: `tenant:${tenant}:user_login`,
    data,
  });

async function twoNodes() {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids: createSeededIds(9) });
  const [a, b] = [
    await createGround({ space, clock, settings, seed: 1 }),
    await createGround({ space, clock, settings, seed: 2 }),
  ];
  return { a, b, clock };
}

describe("the operators' channel of a resource", () => {
  it("gets what every tenant's channel gets, of tenants that come later too, each with its real channel", async () => {
    const on = await createGround({ settings });
    const { outlet } = await watchAll(on);
    await login(on, "acme", "1");
    await login(on, "brandnew", "2");
    assert.deepEqual(
      publications(outlet).map(({ data, offset, channel, tags }) => [data, offset, channel, tags?.channel]),
      [
        ["1", 1, "tenant:acme:user_login", "tenant:acme:user_login"],
        ["2", 2, "tenant:brandnew:user_login", "tenant:brandnew:user_login"],
      ],
    );
  });

  it("recovers what was published while its only reader was away", async () => {
    const on = await createGround({ settings });
    const { session, result } = await watchAll(on);
    session.closed(3000);
    await login(on, "acme", "1");
    on.clock.advance(30_000);
    await login(on, "globex", "2");
    const back = await watchAll(on, result.position);
    assert.ok(back.result.recovered);
    assert.deepEqual(
      back.result.publications.map(({ data }) => data),
      ["1", "2"],
    );
  });

  it("is fed by every node, whichever one the operator is on", async () => {
    const { a, b, clock } = await twoNodes();
    const { outlet } = await watchAll(a);
    await login(b, "acme", "1");
    for (let i = 0; i < 300; i++) clock.advance(3_000);
    await login(b, "acme", "2");
    await login(a, "acme", "3");
    assert.deepEqual(
      publications(outlet).map(({ data }) => data),
      ["1", "2", "3"],
    );
  });

  it("costs nothing while nobody watches, and again some time after the last has left", async () => {
    const on = await createGround({ settings });
    const key = "/tenant:*:user_login" as Parameters<typeof on.hub.engine.broker.history>[0];
    const top = async () => (await on.hub.engine.broker.history(key, { limit: 0, metaTtlMs: 1e9 })).top.offset;
    await login(on, "acme", "1");
    assert.equal(await top(), 0);
    const { session } = await watchAll(on);
    await login(on, "acme", "2");
    session.closed(3000);
    on.clock.advance(11 * 60_000);
    await login(on, "acme", "3");
    assert.equal(on.hub.watch.isWatched("user_login"), false);
    assert.ok((await top()) <= 1);
  });

  it("is for the platform's admin alone, and nobody publishes into it", async () => {
    const on = await createGround({ settings });
    for (const identity of [{ user: "u" }, { user: "u", roles: ["admin"] }, { user: "u", platform: true }]) {
      const { session } = await on.join({ identity });
      const asked = subscribe(on.hub, session, { channel: "tenant:*:user_login", token: "", reply: () => {} });
      await assert.rejects(asked, (error) => error instanceof HubError && error.code === 103);
    }
    const key = { name: "key", scopes: ["*"] };
    for (const identity of [key, { ...key, tenant: "acme" }]) {
      const refused = publish(on.hub, apiCaller(on.hub, identity, ""), { channel: "tenant:*:user_login", data: "1" });
      await assert.rejects(refused, HubError);
    }
  });
});
