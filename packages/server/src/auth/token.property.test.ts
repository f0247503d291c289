import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DisconnectError } from "../hub/values/disconnects.ts";
import { HubError } from "../hub/values/errors.ts";
import { type ConnectionTokenContent, mintConnectionToken } from "./mint.ts";
import { createBench, ecPair, SECRET, signRaw } from "./token.fixture.ts";

const ec = ecPair("P-256");
const tenantIds = ["acme", "globex", "initech", "default"] as const;
const { authenticator, now } = createBench({
  platform: { hmacSecretKey: SECRET, ecdsaPublicKey: ec.publicPem },
  tenants: new Map([
    ["acme", { token: { hmacSecretKey: "acme", issuer: "https://acme" } }],
    ["globex", { token: { hmacSecretKey: "globex" } }],
  ]),
});

async function assertRefused(token: string): Promise<void> {
  const refusal = (error: unknown) => error instanceof DisconnectError || error instanceof HubError;
  await assert.rejects(authenticator.connection(token), refusal);
  for (const tenant of tenantIds) await assert.rejects(authenticator.subscription(token, tenant), refusal);
}

/** Undefined members are left out, as `exactOptionalPropertyTypes` wants them. */
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;

const json = fc.json({ maxDepth: 3 }).map((text) => JSON.stringify(JSON.parse(text)));
const bytes = fc.uint8Array({ maxLength: 20 }).map((body) => Uint8Array.of(0xff, ...body));
const payload = fc.option(fc.oneof(json, bytes), { nil: undefined });
const flag = fc.option(fc.boolean(), { nil: undefined });
const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((text) => text !== "__proto__");
const subscription = fc
  .record({
    info: payload,
    data: payload,
    override: fc.option(fc.record({ presence: flag, joinLeave: flag, forceRecovery: flag }).map(present), {
      nil: undefined,
    }),
  })
  .map(present);
const content = fc
  .record({
    user: name,
    tenant: fc.constantFrom("initech", "default"),
    roles: fc.uniqueArray(name, { maxLength: 3 }),
    permissions: fc.array(name, { maxLength: 3 }),
    expiresAt: fc.integer({ min: 1, max: 1_000_000 }).map((seconds) => now + seconds),
    id: fc.option(name, { nil: undefined }),
    issuedAt: fc.option(fc.nat(), { nil: undefined }),
    labels: fc.option(fc.dictionary(name, name, { noNullPrototype: true }), { nil: undefined }),
    lastsUntil: fc.option(fc.nat(), { nil: undefined }),
    info: payload,
    meta: fc.option(
      fc.dictionary(fc.string(), fc.nat()).map((meta) => JSON.stringify(meta)),
      { nil: undefined },
    ),
    subscriptions: fc.array(fc.tuple(name, subscription), { maxLength: 3 }).map((entries) => new Map(entries)),
  })
  .map(present) as fc.Arbitrary<ConnectionTokenContent>;

describe("any token", () => {
  it("that is random text is refused, by nothing but the errors of the port", async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), assertRefused));
    const segment = fc.uint8Array({ maxLength: 60 }).map((part) => Buffer.from(part).toString("base64url"));
    await fc.assert(
      fc.asyncProperty(segment, segment, segment, (header, body, signature) =>
        assertRefused(`${header}.${body}.${signature}`),
      ),
    );
  });

  it("that was changed in one place is refused", async () => {
    const hmac = signRaw({ sub: "42", channel: "c", exp: now + 60 });
    const key = { algorithm: "ES256", key: ec.privatePem };
    const signed = await mintConnectionToken({ user: "42" }, key);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ ";
    const change = fc.tuple(fc.constantFrom(hmac, signed), fc.nat(), fc.constantFrom(...alphabet));
    await fc.assert(
      fc.asyncProperty(change, async ([token, at, letter]) => {
        const index = at % token.length;
        const changed = token.slice(0, index) + letter + token.slice(index + 1);
        if (changed !== token) await assertRefused(changed);
      }),
      { numRuns: 300 },
    );
  });

  it("with a right signature over anything gives a grant or one of the port's errors", async () => {
    const claim = fc.constantFrom(
      ...["sub", "userId", "exp", "nbf", "iat", "expire_at", "info", "b64info", "meta", "channels", "subs", "channel"],
      ...["role", "roles", "permissions", "tenantId", "tenant_id", "iss", "aud", "override", "data", "client"],
      ...["caps", "labels", "jti", "allow"],
    );
    const claims = fc.dictionary(claim, fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string(), fc.integer()));
    await fc.assert(
      fc.asyncProperty(claims, async (entries) => {
        const token = signRaw(entries);
        for (const verdict of [authenticator.connection(token), authenticator.subscription(token, "default")]) {
          await verdict.catch((error: unknown) => {
            assert.ok(error instanceof DisconnectError || error instanceof HubError, String(error));
            assert.notEqual(error instanceof HubError && error.code, 100);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("that was minted grants exactly its content", async () => {
    await fc.assert(
      fc.asyncProperty(content, async (minted) => {
        const token = await mintConnectionToken(minted, { algorithm: "HS256", key: SECRET });
        const { user, tenant, roles, permissions, info, meta, expiresAt, lastsUntil, subscriptions } = minted;
        const { id = "", issuedAt = 0, labels } = minted;
        const granted = [...(subscriptions ?? [])].map(
          ([channel, entry]) => [channel, { expireAt: 0, ...entry }] as const,
        );
        assert.deepEqual(
          await authenticator.connection(token),
          present({
            identity: { tenant, platform: true, user, roles, permissions },
            expireAt: lastsUntil ?? expiresAt,
            info,
            meta,
            labels,
            token: { uid: id, issuedAt },
            subscriptions: new Map(granted),
          }),
        );
      }),
    );
  });

  it("of one tenant never acts for another", async () => {
    const attempt = fc.record({
      secret: fc.constantFrom("acme", "globex"),
      tenantId: fc.constantFrom(undefined, ...tenantIds),
      tenant_id: fc.constantFrom(undefined, ...tenantIds),
      iss: fc.constantFrom(undefined, "https://acme", "https://globex"),
      kid: fc.constantFrom(undefined, ...tenantIds),
      roles: fc.constantFrom(undefined, ["admin"], ["member"]),
      channel: fc.constantFrom(undefined, "c"),
    });
    await fc.assert(
      fc.asyncProperty(attempt, async ({ secret, kid, ...claims }) => {
        const token = signRaw({ sub: "1", ...claims }, { secret, header: { kid } });
        const grant = await authenticator.connection(token).catch(() => undefined);
        if (grant) {
          assert.equal(grant.identity.tenant, secret);
          assert.equal(grant.identity.platform, false);
          assert.ok(!grant.identity.roles.includes("admin"));
        }
        for (const tenant of tenantIds) {
          const subscribed = await authenticator.subscription(token, tenant).catch(() => undefined);
          if (subscribed) assert.equal(tenant, secret);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
