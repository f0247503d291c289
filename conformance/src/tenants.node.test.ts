import assert from "node:assert/strict";
import type { Centrifuge } from "centrifuge";
import { conformance, type Declare } from "./stage/conformance.ts";
import { heard, heardIn, subscribed } from "./stage/heard.ts";
import { publishMany } from "./stage/publish-many.ts";
import type { Stage } from "./stage/stage.ts";
import { readProfile } from "./subject/profile.ts";
import type { Claims } from "./subject/subject.ts";

interface TenantKeys {
  readonly tenant: string;
  readonly secret: string;
  readonly apiKey: string;
}

function keysOf(tenant: string): TenantKeys {
  const found = readProfile("tenants").tenants?.find(({ id }) => id === tenant);
  const [apiKey] = found?.api_keys ?? [];
  if (!found || apiKey === undefined) throw new Error(`the profile has no tenant ${tenant}`);
  return { tenant, secret: found.token?.hmac_secret_key ?? "", apiKey };
}

const acme = keysOf("acme");
const globex = keysOf("globex");
/** A tenant without an own key: the platform signs for it. */
const initech = keysOf("initech");

/** A user with a token that a tenant has signed with its own key. */
async function enter({ client, subject }: Stage, keys: TenantKeys, claims: Claims): Promise<Centrifuge> {
  const { tenant: tenantId, secret } = keys;
  const entered = client({ token: await subject.token({ tenantId, ...claims }, secret) });
  entered.connect();
  await entered.ready();
  return entered;
}

async function refusal(client: Centrifuge, channel: string): Promise<{ code: number; reason: string }> {
  const subscription = client.newSubscription(channel);
  const refused = heardIn(subscription, "unsubscribed");
  subscription.subscribe();
  const { code, reason } = await refused.first();
  return { code, reason };
}

conformance("tenants", { profile: "tenants", together: true }, (anyTest) => {
  const test: Declare = Object.assign(
    (name: string, run: (stage: Stage) => Promise<void>) =>
      anyTest.ours("the protocol knows no tenants; they are an extension", name, run),
    { ours: anyTest.ours },
  );

  test("two tenants use the same users and channels and never meet", async (stage) => {
    const { subject } = stage;
    const channel = stage.channel("stream");
    const [ours, theirs] = [await enter(stage, acme, { sub: "alice" }), await enter(stage, globex, { sub: "alice" })];
    const [ourSide, theirSide] = [await subscribed(ours, channel), await subscribed(theirs, channel)];
    const [heardByUs, heardByThem] = [heardIn(ourSide, "publication"), heardIn(theirSide, "publication")];
    await subject.api("publish", { channel, data: "for acme" }, acme.apiKey);
    await theirSide.publish("of globex");
    await subject.api("publish", { channel, data: "for globex" }, globex.apiKey);
    await ourSide.publish("of acme");
    await heardByUs.until((all) => all.at(-1)?.data === "of acme", "the last of acme");
    await heardByThem.until((all) => all.at(-1)?.data === "for globex", "the last of globex");
    await Promise.all([ours, theirs].map((client) => client.presence(channel)));
    const seen = (journal: typeof heardByUs): readonly unknown[] => journal.entries.map(({ data }) => data);
    assert.deepEqual(seen(heardByUs), ["for acme", "of acme"]);
    assert.deepEqual(seen(heardByThem), ["of globex", "for globex"]);
    assert.equal(Object.keys((await ourSide.presence()).clients).length, 1);
    assert.deepEqual(await theirSide.presenceStats(), { numClients: 1, numUsers: 1 });
    const { publications } = await ourSide.history({ limit: -1 });
    assert.deepEqual(
      publications.map(({ data }) => data),
      ["for acme", "of acme"],
    );
  });

  test("the API key of a tenant reaches its own connections, channels and figures only", async (stage) => {
    const { subject } = stage;
    const channel = stage.channel("stream");
    const ours = await enter(stage, acme, { sub: channel });
    const theirs = await enter(stage, globex, { sub: channel });
    const [gone, alsoGone] = [heard(ours, "disconnected"), heard(theirs, "disconnected")];
    await subscribed(theirs, channel);
    const listed = await subject.api<{ channels: object }>("channels", { pattern: channel }, acme.apiKey);
    assert.deepEqual(listed.channels, {});
    const { presence } = await subject.api<{ presence: object }>("presence", { channel }, acme.apiKey);
    assert.deepEqual(presence, {});
    await subject.api("unsubscribe", { user: channel, channel }, acme.apiKey);
    await subject.api("disconnect", { user: channel }, acme.apiKey);
    await gone.first();
    assert.deepEqual(await theirs.presenceStats(channel), { numClients: 1, numUsers: 1 });
    assert.equal(alsoGone.entries.length, 0);
    await assert.rejects(subject.api("publish", { channel: "tenant:globex:orders", data: 1 }, acme.apiKey), {
      code: 103,
    });
    await assert.rejects(subject.api("publish", { channel: "admin:alerts", data: 1 }, acme.apiKey), { code: 103 });
    await assert.rejects(subject.api("info", {}, "a key that nobody has given"), /HTTP 401/);
  });

  test("the key of a tenant signs for no other tenant and for no operator", async ({ client, subject }) => {
    const acmes = { tenantId: "acme" };
    for (const claims of [{ tenantId: "globex" }, { ...acmes, role: "admin" }, { ...acmes, roles: ["admin"] }]) {
      const forger = client({ token: await subject.token({ sub: "mallory", ...claims }, acme.secret) });
      const gone = heard(forger, "disconnected");
      forger.connect();
      assert.equal((await gone.first()).code, 3500, JSON.stringify(claims));
    }
  });

  test("a key of the platform names the tenant with tenantId and the user with userId", async (stage) => {
    const channel = stage.channel("stream");
    const guest = await stage.join({
      userId: "alice",
      tenantId: "initech",
      role: "user",
      permissions: ["orders:read"],
    });
    const publications = heardIn(await subscribed(guest, channel), "publication");
    await stage.subject.api("publish", { channel, data: "to globex" }, globex.apiKey);
    await stage.subject.api("publish", { channel, data: "to initech" }, initech.apiKey);
    assert.equal((await publications.first()).data, "to initech");
    const { presence } = await stage.subject.api<{ presence: Record<string, { user: string }> }>(
      "presence",
      { channel },
      initech.apiKey,
    );
    assert.deepEqual(
      Object.values(presence).map(({ user }) => user),
      ["alice"],
    );
  });

  test("tenant: channels are for the users of that tenant", async (stage) => {
    const ours = await enter(stage, acme, { sub: "alice" });
    const publications = heardIn(await subscribed(ours, "tenant:acme:orders"), "publication");
    await stage.subject.api("publish", { channel: "tenant:acme:orders", data: { order: 1 } }, acme.apiKey);
    assert.deepEqual((await publications.first()).data, { order: 1 });
    const existing = await refusal(ours, "tenant:globex:orders");
    const imagined = await refusal(ours, "tenant:nobody:orders");
    assert.equal(existing.code, 103);
    assert.deepEqual(existing, imagined, "a refusal does not tell whether the other tenant exists");
  });

  test("user: channels are for that user", async (stage) => {
    const alice = await enter(stage, acme, { sub: "alice" });
    const sameName = await enter(stage, globex, { sub: "alice" });
    const inbox = heardIn(await subscribed(alice, "user:alice:inbox"), "publication");
    const elsewhere = heardIn(await subscribed(sameName, "user:alice:inbox"), "publication");
    await stage.subject.api("publish", { channel: "user:alice:inbox", data: "hi" }, acme.apiKey);
    assert.equal((await inbox.first()).data, "hi");
    assert.equal((await refusal(alice, "user:bob:inbox")).code, 103);
    await stage.subject.api("publish", { channel: "user:alice:inbox", data: "ho" }, globex.apiKey);
    await elsewhere.count(1);
    assert.deepEqual([inbox.entries.length, elsewhere.entries.map(({ data }) => data)], [1, ["ho"]]);
  });

  test("admin: channels are for the operator, system: channels for roles that the operator names", async (stage) => {
    const { subject } = stage;
    const operator = await stage.join({ sub: "root", role: "admin" });
    const auditor = await stage.join({ sub: "eve", tenantId: "initech", roles: ["auditor"] });
    const user = await enter(stage, acme, { sub: "alice" });
    const alerts = heardIn(await subscribed(operator, "admin:alerts"), "publication");
    const status = heardIn(await subscribed(auditor, "system:status"), "publication");
    await subject.api("publish", { channel: "admin:alerts", data: "fire" });
    await subject.api("publish", { channel: "system:status", data: "fine" });
    assert.equal((await alerts.first()).data, "fire");
    assert.equal((await status.first()).data, "fine");
    assert.equal((await refusal(auditor, "admin:alerts")).code, 103);
    for (const channel of ["admin:alerts", "system:status"]) assert.equal((await refusal(user, channel)).code, 103);
  });

  test("a token of a tenant reaches no channel of another tenant by listing it", async (stage) => {
    const token = await stage.subject.token(
      { sub: "mallory", tenantId: "acme", channels: ["tenant:globex:orders"] },
      acme.secret,
    );
    const socket = await stage.raw();
    socket.send({ id: 1, connect: { token } });
    await Promise.race([socket.replies.first(), socket.closes.first()]);
    await stage.subject.api("publish", { channel: "tenant:globex:orders", data: "secret" }, globex.apiKey);
    await publishMany(stage.subject, stage.channel("stream"), { from: 1, to: 1 });
    assert.equal(JSON.stringify(socket.replies.entries).includes("secret"), false);
  });

  test("names that are not of an accepted form explain which forms are", async (stage) => {
    const alice = await enter(stage, acme, { sub: "alice" });
    for (const name of ["dashboard", "tenant12345", "admin-alerts"]) {
      const { code, reason } = await refusal(alice, name);
      assert.ok([102, 103, 107].includes(code), `${name}: ${code}`);
      assert.match(reason, /tenant:acme:\{resource\}/, name);
      assert.equal(reason.includes("globex"), false);
    }
  });
});
