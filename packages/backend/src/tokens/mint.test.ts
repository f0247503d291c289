import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { decodeJwt, decodeProtectedHeader, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import { createVirtualClock, startTestHub, type TestHub } from "../../../server/src/testing.ts";
import { createPlainRandom } from "../kit/instant-clock.fixture.ts";
import { listen } from "../listener.fixture.ts";
import { mintConnectionToken, mintSubscriptionToken } from "./mint.ts";
import type { SigningKey } from "./signing-key.ts";

const SECRET = "a-secret-of-at-least-32-characters";
const ACME_SECRET = "a-secret-of-acme-with-32-characters";

let hub: TestHub;
let privateKeys: SigningKey[];
before(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  privateKeys = [
    { algorithm: "ES256", key: privateKey },
    { algorithm: "ES256", key: await exportPKCS8(privateKey) },
    { algorithm: "ES256", key: await exportJWK(privateKey) },
  ];
  hub = await startTestHub({
    config: {
      client: { token: { hmac_secret_key: SECRET, ecdsa_public_key: await exportSPKI(publicKey) } },
      tenants: [{ id: "acme", token: { hmac_secret_key: ACME_SECRET } }],
      channel: { namespaces: [{ name: "closed" }] },
    },
  });
});
after(() => hub.stop());

async function connectWith(token: string, channel: string, subscriptionToken?: string) {
  const proof = subscriptionToken === undefined ? {} : { subscriptionToken };
  const { userId, role, close } = await listen({ url: hub.url, token, channel, ...proof });
  close();
  return { userId, role };
}

describe("minting tokens", () => {
  it("makes a connection token that the hub takes for the user of that tenant", async () => {
    const token = await mintConnectionToken({ user: "ana", tenant: "acme" }, SECRET);
    assert.equal((await connectWith(token, "tenant:acme:news")).userId, "ana");
    await assert.rejects(connectWith(token, "tenant:globex:news"), /reaches only tenant:acme:/);
  });

  it("speaks for the tenant whose key it is, and for no other", async () => {
    const token = await mintConnectionToken({ user: "ana", tenant: "acme" }, ACME_SECRET);
    assert.equal((await connectWith(token, "tenant:acme:news")).userId, "ana");
    const foreign = await mintConnectionToken({ user: "ana", tenant: "globex" }, ACME_SECRET);
    await assert.rejects(connectWith(foreign, "tenant:globex:news"), /not valid/);
  });

  it("signs with private keys in every form", async () => {
    for (const key of privateKeys) {
      const token = await mintConnectionToken({ user: "eva" }, key);
      assert.equal((await connectWith(token, "tenant:default:news")).userId, "eva");
    }
  });

  it("makes a subscription token that opens one closed channel, and no other", async () => {
    const token = await mintConnectionToken({ user: "ana" }, SECRET);
    await assert.rejects(connectWith(token, "closed:1"), /permission denied/);
    const opening = await mintSubscriptionToken({ user: "ana", channel: "closed:1" }, SECRET);
    assert.equal((await connectWith(token, "closed:1", opening)).userId, "ana");
    await assert.rejects(connectWith(token, "closed:2", opening));
  });

  it("gives roles, capabilities and server-side subscriptions", async () => {
    const admin = await mintConnectionToken({ user: "op", roles: ["admin"] }, SECRET);
    assert.equal((await connectWith(admin, "admin:metrics")).role, "admin");
    const capable = await mintConnectionToken(
      { user: "ana", capabilities: [{ channels: ["closed:*"], match: "wildcard", allow: ["sub"] }] },
      SECRET,
    );
    assert.equal((await connectWith(capable, "closed:7")).userId, "ana");
    const subscribed = await mintConnectionToken({ user: "zoe", subscriptions: { "closed:9": {} } }, SECRET);
    const { next, close } = await listen({ url: hub.url, token: subscribed, channel: "tenant:default:x" });
    await hub.api("publish", { channel: "closed:9", data: "to zoe" });
    assert.equal(await next(), "to zoe");
    close();
  });

  it("ends after fifteen minutes unless told otherwise, and can be revoked", async () => {
    const clock = createVirtualClock(1_700_000_000_000);
    const sources = { clock, random: createPlainRandom() };
    const claims = decodeJwt(await mintConnectionToken({ user: "ana" }, SECRET, sources));
    assert.deepEqual(claims, { sub: "ana", jti: "id-1", iat: 1_700_000_000, exp: 1_700_000_900 });
    const long = await mintSubscriptionToken(
      { user: "ana", channel: "c", ttlSeconds: 5, id: "mine", allow: ["pub"] },
      { algorithm: "HS512", key: SECRET, keyId: "k1" },
      sources,
    );
    const { exp, jti, allow } = decodeJwt(long);
    assert.deepEqual([exp, jti, allow], [1_700_000_005, "mine", ["pub"]]);
    assert.deepEqual(decodeProtectedHeader(long), { alg: "HS512", typ: "JWT", kid: "k1" });
  });

  it("refuses to sign with an empty secret", async () => {
    await assert.rejects(mintConnectionToken({ user: "ana" }, ""), /the key that signs tokens is empty/);
  });
});
