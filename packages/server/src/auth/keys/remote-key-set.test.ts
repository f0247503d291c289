import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { DisconnectError } from "../../hub/values/disconnects.ts";
import { HubError } from "../../hub/values/errors.ts";
import { mintConnectionToken } from "../mint.ts";
import { type Bench, createBench, ecPair, edPair, rsaPair, SECRET, signRaw } from "../token.fixture.ts";
import { jwk, type KeySetServer, serveKeys, startKeySetServer } from "./key-set-server.fixture.ts";
import type { TokenKeys } from "./token-keys.ts";

const HOUR = 3_600_000;
const rsa = rsaPair();
const ec = ecPair("P-256");
const ed = edPair();

const mint = (keyId: string, content: { user?: string; issuer?: string } = {}) =>
  mintConnectionToken({ user: "42", ...content }, { algorithm: "ES256", key: ec.privatePem, keyId });

const invalid = (error: unknown) => error instanceof DisconnectError && error.disconnect.code === 3500;
const unavailable = (error: unknown) => error instanceof HubError && error.code === 100 && error.temporary;

describe("a remote key set", () => {
  let server: KeySetServer;
  const bench = (keys: TokenKeys = {}): Bench =>
    createBench({ platform: { jwksPublicEndpoint: `${server.url}/keys`, ...keys } });

  before(async () => {
    server = await startKeySetServer();
  });
  afterEach(() => {
    server.requests.length = 0;
    server.answer = serveKeys();
  });
  after(() => server.close());

  it("verifies RSA, EC and OKP keys and is read once for all", async () => {
    server.answer = serveKeys(jwk("r", rsa), jwk("e", ec), jwk("o", ed), { kty: "new", kid: "unknown kind" });
    const { authenticator } = bench();
    const tokens = await Promise.all([
      mintConnectionToken({}, { algorithm: "RS256", key: rsa.privatePem, keyId: "r" }),
      mintConnectionToken({}, { algorithm: "ES256", key: ec.privatePem, keyId: "e" }),
      mintConnectionToken({}, { algorithm: "EdDSA", key: ed.privatePem, keyId: "o" }),
    ]);
    const grants = await Promise.all(tokens.map((token) => authenticator.connection(token)));
    assert.equal(grants.length, 3);
    assert.equal(server.requests.length, 1);
  });

  it("takes the place of static keys", async () => {
    server.answer = serveKeys(jwk("e", ec));
    const { authenticator } = bench({ hmacSecretKey: SECRET, ecdsaPublicKey: ec.publicPem });
    await assert.rejects(authenticator.connection(signRaw({}, { header: { kid: "e" } })), invalid);
    await assert.rejects(authenticator.connection(await mint("other")), invalid);
  });

  it("refuses a token without a key id, unread", async () => {
    const { authenticator } = bench();
    const token = await mintConnectionToken({}, { algorithm: "ES256", key: ec.privatePem });
    await assert.rejects(authenticator.connection(token), invalid);
    assert.equal(server.requests.length, 0);
  });

  it("refuses a key of the wrong kind, a key id twice in the set, and symmetric keys", async () => {
    const secret = { kty: "oct", kid: "s", k: Buffer.from(SECRET).toString("base64url") };
    server.answer = serveKeys(jwk("e", rsa), jwk("twice", ec), jwk("twice", ec), secret);
    const { authenticator } = bench();
    await assert.rejects(authenticator.connection(await mint("e")), invalid);
    await assert.rejects(authenticator.connection(await mint("twice")), invalid);
    await assert.rejects(authenticator.connection(signRaw({}, { header: { kid: "s" } })), invalid);
  });

  it("is read again for an unknown key id, but not more often than every ten seconds", async () => {
    server.answer = serveKeys(jwk("old", rsa));
    const { authenticator, clock } = bench();
    await assert.rejects(authenticator.connection(await mint("new")), invalid);
    clock.advance(1_000);
    // The key may be newer than what was read: the client is told to try again.
    await assert.rejects(authenticator.connection(await mint("new")), unavailable);
    assert.equal(server.requests.length, 1);
    server.answer = serveKeys(jwk("new", ec));
    clock.advance(10_000);
    await authenticator.connection(await mint("new"));
    assert.equal(server.requests.length, 2);
  });

  it("is read again after an hour, so that a removed key stops working, also for tokens seen before", async () => {
    server.answer = serveKeys(jwk("e", ec));
    const { authenticator, clock } = bench();
    const token = await mint("e");
    await authenticator.connection(token);
    server.answer = serveKeys();
    clock.advance(HOUR - 1);
    await authenticator.connection(token);
    clock.advance(1);
    await assert.rejects(authenticator.connection(token), invalid);
    assert.equal(server.requests.length, 2);
  });

  it("that fails once is asked a second time at once", async () => {
    server.answer = (response) => {
      server.answer = serveKeys(jwk("e", ec));
      response.writeHead(503).end();
    };
    await bench().authenticator.connection(await mint("e"));
    assert.equal(server.requests.length, 2);
  });

  it("that does not answer is given up after a second, twice, and is asked once for many clients", async () => {
    server.answer = () => {};
    const { authenticator, clock } = bench();
    const token = await mint("e");
    const first = server.asked();
    const attempts = [1, 2, 3].map(() => assert.rejects(authenticator.connection(token), unavailable));
    await first;
    const second = server.asked();
    clock.advance(1_000);
    await second;
    clock.advance(1_000);
    await Promise.all(attempts);
    assert.equal(server.requests.length, 2);
    await assert.rejects(authenticator.connection(token), unavailable);
    assert.equal(server.requests.length, 2);
    server.answer = serveKeys(jwk("e", ec));
    clock.advance(1_000);
    await authenticator.connection(token);
  });

  const broken: readonly [string, KeySetServer["answer"]][] = [
    ["answers with an error", (response) => response.writeHead(500).end("no")],
    ["answers with a redirect", (response) => response.writeHead(302, { location: "/other" }).end()],
    ["answers with something else", (response) => response.end("<html>")],
    ["answers with JSON that is no key set", (response) => response.end('{"keys":{}}')],
    ["hangs up", (response) => response.destroy()],
    ["never stops talking", (response) => response.end("[".repeat(300_000))],
  ];
  for (const [what, answer] of broken) {
    it(`that ${what} makes its tokens wait, and harms no other`, async () => {
      server.answer = answer;
      const { authenticator } = createBench({
        platform: { hmacSecretKey: SECRET },
        tenants: new Map([["acme", { token: { jwksPublicEndpoint: `${server.url}/keys` } }]]),
      });
      const token = await mintConnectionToken(
        { tenant: "acme" },
        { algorithm: "ES256", key: ec.privatePem, keyId: "e" },
      );
      await assert.rejects(authenticator.connection(token), unavailable);
      await authenticator.connection(signRaw({ sub: "1" }));
    });
  }

  it("that is down makes its tokens wait", async () => {
    const gone = await startKeySetServer();
    await gone.close();
    const { authenticator } = bench({ jwksPublicEndpoint: gone.url });
    await assert.rejects(authenticator.connection(await mint("e")), unavailable);
  });

  it("of one issuer never verifies the token of another, though the key ids are equal", async () => {
    server.answer = (response, path) =>
      serveKeys(jwk("same", path === "/realm-a" ? ec : ecPair("P-256")))(response, path);
    const { authenticator } = bench({
      jwksPublicEndpoint: `${server.url}/{{realm}}`,
      issuerRegex: "https://id/(?P<realm>realm-a|realm-b)",
    });
    await authenticator.connection(await mint("same", { issuer: "https://id/realm-a" }));
    await assert.rejects(authenticator.connection(await mint("same", { issuer: "https://id/realm-b" })), invalid);
    await assert.rejects(authenticator.connection(await mint("same", { issuer: "https://id/realm-c" })), invalid);
    assert.deepEqual(server.requests, ["/realm-a", "/realm-b"]);
  });
});
