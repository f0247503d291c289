import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { DisconnectError } from "../hub/values/disconnects.ts";
import { HubError } from "../hub/values/errors.ts";
import { jwk, type KeySetServer, serveKeys, startKeySetServer } from "./keys/key-set-server.fixture.ts";
import { type Bench, createBench, type KeyPair, rsaPair, SECRET, signRaw } from "./token.fixture.ts";

const PROJECT = "shop-1";
const google = rsaPair();
const stranger = rsaPair();

/** As Firebase Authentication makes them. */
function idToken(claims: object, { pair = google, header = {} }: { pair?: KeyPair; header?: object } = {}): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ alg: "RS256", kid: "g1", typ: "JWT", ...header })}.${encode(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), pair.privatePem).toString("base64url")}`;
}

const invalid = (error: unknown): boolean => error instanceof DisconnectError && error.disconnect.code === 3500;

describe("a token of Firebase", () => {
  let keys: KeySetServer;
  before(async () => {
    keys = await startKeySetServer();
    keys.answer = serveKeys(jwk("g1", google));
  });
  after(() => keys.close());

  const bench = (adminRole = "ADMIN"): Bench =>
    createBench({ firebase: { projectId: PROJECT, keysUrl: `${keys.url}/keys`, adminRole } });
  const claimsAt = (now: number): object => ({
    iss: `https://securetoken.google.com/${PROJECT}`,
    aud: PROJECT,
    sub: "uid-1",
    user_id: "uid-1",
    auth_time: now - 10,
    iat: now - 10,
    exp: now + 3_600,
    firebase: { sign_in_provider: "password" },
  });

  it("opens a connection until it ends", async () => {
    const { authenticator, now } = bench();
    const { identity, expireAt } = await authenticator.connection(idToken(claimsAt(now)));
    assert.deepEqual(identity, { tenant: "default", platform: true, user: "uid-1", roles: [], permissions: [] });
    assert.equal(expireAt, Math.floor(now + 3_600));
  });

  it("makes an operator of the role that the configuration names, and of no other", async () => {
    const { authenticator, now } = bench();
    const roles = async (claims: object, by = authenticator): Promise<readonly string[]> =>
      (await by.connection(idToken({ ...claimsAt(now), ...claims }))).identity.roles;
    assert.deepEqual(await roles({ role: "ADMIN" }), ["ADMIN", "admin"]);
    assert.deepEqual(await roles({ role: "admin" }), []);
    assert.deepEqual(await roles({ role: "SELLER" }), ["SELLER"]);
    assert.deepEqual(await roles({ role: "ADMIN", tenantId: "acme" }), ["ADMIN"]);
    assert.deepEqual(await roles({ role: "ADMIN" }, bench("").authenticator), ["ADMIN"]);
    assert.deepEqual(await roles({ role: "admin" }, bench("admin").authenticator), ["admin"]);
  });

  it("is of this project, signed by Google, and names a user", async () => {
    const { authenticator, now } = bench();
    const claims = claimsAt(now);
    const refused: readonly string[] = [
      idToken({ ...claims, aud: "shop-2" }),
      idToken({ ...claims, iss: "https://securetoken.google.com/shop-2" }),
      idToken({ ...claims, iss: "https://evil.example" }),
      idToken({ ...claims, sub: "" }),
      idToken({ ...claims, sub: undefined }),
      idToken({ ...claims, sub: "x".repeat(129) }),
      idToken({ ...claims, exp: undefined }),
      idToken(claims, { pair: stranger }),
      idToken(claims, { header: { kid: "g2" } }),
      idToken(claims, { header: { alg: "none" } }),
      idToken(claims, { header: { alg: "RS512" } }),
      signRaw(claims, { secret: google.publicPem }),
      signRaw(claims, { secret: SECRET }),
    ];
    for (const token of refused) await assert.rejects(authenticator.connection(token), invalid, token);
    await assert.rejects(
      authenticator.connection(idToken({ ...claims, exp: now - 1 })),
      (error) => error instanceof HubError && error.code === 109,
    );
  });

  it("opens nothing where no project is configured, nor a single channel anywhere", async () => {
    const { authenticator, now } = bench();
    await assert.rejects(createBench().authenticator.connection(idToken(claimsAt(now))), invalid);
    await assert.rejects(
      authenticator.subscription(idToken({ ...claimsAt(now), channel: "news" }), "default"),
      (error) => error instanceof HubError && error.code === 103,
    );
  });

  it("leaves the platform's own tokens as they were", async () => {
    const { authenticator } = bench();
    assert.deepEqual((await authenticator.connection(signRaw({ sub: "1", role: "admin" }))).identity.roles, ["admin"]);
  });
});
