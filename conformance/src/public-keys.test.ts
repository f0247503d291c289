import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { Centrifuge } from "centrifuge";
import { exportJWK, SignJWT } from "jose";
import { startTestHub, type TestHub } from "../../packages/server/src/testing.ts";
import { heard } from "./stage/heard.ts";
import { inSeconds } from "./stage/times.ts";

const pairs = {
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: generateKeyPairSync("ed25519"),
};

type Algorithm = keyof typeof pairs;
const algorithms = Object.keys(pairs) as Algorithm[];

/** A public key as the application publishes it; its algorithm serves as its id. */
const published = async (alg: string, key: KeyObject): Promise<object> => ({
  ...(await exportJWK(key)),
  alg,
  kid: alg,
  use: "sig",
});

describe("tokens that an identity provider has signed, through the official client", () => {
  let hub: TestHub;
  let fetched = 0;
  const clients: Centrifuge[] = [];
  const provider = createServer(async (_, response) => {
    fetched++;
    response.setHeader("content-type", "application/json");
    const keys = await Promise.all(algorithms.map((alg) => published(alg, pairs[alg].publicKey)));
    response.end(JSON.stringify({ keys }));
  });

  before(async () => {
    provider.listen(0, "127.0.0.1");
    await once(provider, "listening");
    const { port } = provider.address() as AddressInfo;
    const token = { jwks_public_endpoint: `http://127.0.0.1:${port}/keys` };
    hub = await startTestHub({ config: { client: { token } } });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  after(async () => {
    await hub.stop();
    provider.close();
    provider.closeAllConnections();
  });

  const sign = (algorithm: Algorithm, claims: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: algorithm }).sign(pairs[algorithm].privateKey);

  function client(token: string, getToken?: () => Promise<string>): Centrifuge {
    const made = new Centrifuge(hub.websocketUrl, {
      ...{ websocket: WebSocket, token, minReconnectDelay: 20, maxReconnectDelay: 100 },
      ...(getToken ? { getToken } : {}),
    });
    clients.push(made);
    return made;
  }

  async function join(token: string, getToken?: () => Promise<string>): Promise<Centrifuge> {
    const joined = client(token, getToken);
    joined.connect();
    await joined.ready();
    return joined;
  }

  for (const algorithm of algorithms) {
    it(`open connections with ${algorithm}, again and again, and nothing from the moment they are revoked`, async () => {
      const [sub, jti] = [randomUUID(), randomUUID()];
      const claims = { sub, jti, iat: inSeconds(-5), exp: inSeconds(600) };
      const token = await sign(algorithm, claims);
      const live = [await join(token), await join(token, () => sign(algorithm, { ...claims, jti: randomUUID() }))];
      const [drops, renews] = live.map((each) => heard(each, "connecting"));
      const back = live[1] && heard(live[1], "connected");
      await hub.api("revoke_token", { uid: jti, expire_at: claims.exp });
      assert.equal((await drops?.first())?.code, 3014);
      assert.equal((await renews?.first())?.code, 3014);
      await back?.first();
      const again = client(token, () => Promise.reject(new Error("there is no other")));
      const refused = heard(again, "error");
      again.connect();
      assert.equal((await refused.first()).error.code, 109, "though it was verified before");
    });

    it(`of a user that were made before a moment open nothing with ${algorithm}, later ones do`, async () => {
      const sub = randomUUID();
      const early = await sign(algorithm, { sub, iat: inSeconds(-100) });
      const late = await sign(algorithm, { sub, iat: inSeconds(-10) });
      const [leaves, stays] = [await join(early), await join(late)];
      const [left, disturbed] = [heard(leaves, "connecting"), heard(stays, "connecting")];
      await hub.api("invalidate_user_tokens", { user: sub, issued_before: inSeconds(-50) });
      assert.equal((await left.first()).code, 3014);
      await join(late);
      assert.deepEqual(disturbed.entries, []);
    });

    it(`that somebody else has signed with ${algorithm} are refused though their like was verified`, async () => {
      const claims = { sub: randomUUID(), exp: inSeconds(600) };
      const token = await sign(algorithm, claims);
      await join(token);
      const forged = `${token.slice(0, token.lastIndexOf("."))}.${Buffer.alloc(64, 7).toString("base64url")}`;
      const stranger = client(forged);
      const ended = heard(stranger, "disconnected");
      stranger.connect();
      assert.equal((await ended.first()).code, 3500);
    });
  }

  it("are verified with keys that were fetched once", () => {
    assert.equal(fetched, 1);
  });
});
