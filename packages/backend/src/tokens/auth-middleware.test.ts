import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { createVirtualClock, startTestHub } from "../../../server/src/testing.ts";
import { listen } from "../listener.fixture.ts";
import type { AuthContext } from "./auth-context.ts";
import { AuthenticationError, AuthMiddleware, type AuthMiddlewareOptions } from "./auth-middleware.ts";
import { mintConnectionToken } from "./mint.ts";

const SECRET = "a-secret-of-at-least-32-characters";

const sign = (claims: Record<string, unknown>, secret = SECRET, alg = "HS256"): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const who = (token: string, options: AuthMiddlewareOptions = {}): Promise<AuthContext> =>
  new AuthMiddleware({ key: SECRET, ...options }).authenticate(token);

const refused = async (token: string, pattern: RegExp, options?: AuthMiddlewareOptions): Promise<void> => {
  await assert.rejects(who(token, options), (error) => {
    assert.ok(error instanceof AuthenticationError);
    assert.match(error.message, pattern);
    return true;
  });
};

const somebody: AuthContext = { userId: "user_789", tenantId: "12345", roles: ["tenant_admin"], permissions: [] };
const admin: AuthContext = { ...somebody, roles: ["admin"] };

describe("authenticate", () => {
  it("reads the claims of both documents", async () => {
    const notes = await sign({ sub: "user_789", tenantId: "12345", roles: ["tenant_admin"], permissions: ["a:b"] });
    assert.deepEqual(await who(notes), { ...somebody, permissions: ["a:b"] });
    const guide = await sign({ userId: "user_789", tenantId: "12345", role: "tenant_admin" });
    assert.deepEqual(await who(guide), somebody);
  });

  it("takes the secret from JWT_SECRET, and says so when there is none", async () => {
    const { JWT_SECRET } = process.env;
    try {
      process.env.JWT_SECRET = SECRET;
      assert.equal((await new AuthMiddleware().authenticate(await sign({ sub: "ana" }))).userId, "ana");
      delete process.env.JWT_SECRET;
      await assert.rejects(new AuthMiddleware().authenticate("x"), /set JWT_SECRET/);
    } finally {
      if (JWT_SECRET === undefined) delete process.env.JWT_SECRET;
      else process.env.JWT_SECRET = JWT_SECRET;
    }
  });

  it("refuses forged, expired and unsigned tokens, and those for somebody else", async () => {
    const clock = createVirtualClock(2_000_000_000_000);
    await refused(await sign({ sub: "ana" }, "another secret of 32 characters!!"), /signature verification failed/);
    await refused(await sign({ sub: "ana", exp: 1_999_999_999 }), /"exp" claim/, { clock });
    await refused(await sign({ sub: "ana" }), /"aud" claim/, { audience: "hub" });
    await refused(await sign({ sub: "ana", iss: "them" }), /"iss" claim/, { issuer: "us" });
    const unsigned = `${btoa('{"alg":"none"}').replace(/=+$/, "")}.${btoa('{"sub":"ana"}').replace(/=+$/, "")}.`;
    await refused(unsigned, /not accepted/);
    await refused("", /not accepted/);
  });

  it("refuses claims that are not what they should be", async () => {
    await refused(await sign({ tenantId: "1" }), /neither sub nor userId names a user/);
    await refused(await sign({ sub: "ana", tenantId: 5 }), /tenantId must be a text/);
    await refused(await sign({ sub: "ana", tenantId: "1", tenant_id: "2" }), /name two tenants/);
    await refused(await sign({ sub: "ana", roles: "admin" }), /roles a list of texts/);
    await refused(await sign({ sub: "ana", permissions: [1] }), /permissions must be a list/);
  });

  it("lets a tenant's key speak for that tenant alone, and never make an admin", async () => {
    const options = { tenant: "acme" };
    assert.equal((await who(await sign({ sub: "ana" }), options)).tenantId, "acme");
    await refused(await sign({ sub: "ana", tenantId: "globex" }), /another tenant's/, options);
    await refused(await sign({ sub: "ana", role: "admin" }), /cannot give the role admin/, options);
    assert.equal((await who(await sign({ sub: "ana" }))).tenantId, "default");
  });

  it("verifies with a public key, and with a key set over HTTP", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const token = await mintConnectionToken({ user: "ana" }, { algorithm: "RS256", key: privateKey, keyId: "k" });
    const pem = await exportSPKI(publicKey);
    assert.equal((await who(token, { key: { algorithm: "RS256", publicKey: pem } })).userId, "ana");
    await refused(await sign({ sub: "ana" }, pem), /not accepted/, { key: { algorithm: "RS256", publicKey: pem } });
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "RS256" }] };
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/jwks" ? 200 : 503;
      response.end(JSON.stringify(keys));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    try {
      assert.equal((await who(token, { key: { jwks } })).userId, "ana");
      await refused(await sign({ sub: "ana" }), /not accepted/, { key: { jwks } });
      await assert.rejects(who(token, { key: { jwks: `${jwks}/broken` } }), (error) => {
        return error instanceof Error && !(error instanceof AuthenticationError);
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    for (const key of [
      { jwks, algorithms: ["HS256"] },
      { algorithm: "HS256", publicKey: pem },
    ]) {
      await assert.rejects(who(token, { key }), TypeError);
    }
  });
});

describe("authorize", () => {
  const middleware = new AuthMiddleware({ key: SECRET, systemRoles: ["support"] });
  const may = (context: AuthContext, channel: string): Promise<boolean> => middleware.authorize(context, channel);

  it("opens the own tenant and the own user, and no other", async () => {
    for (const channel of ["tenant:12345:deployments", "tenant:12345:a:b", "user:user_789:notifications"]) {
      assert.equal(await may(somebody, channel), true, channel);
    }
    for (const channel of ["tenant:67890:deployments", "tenant:*:user_login", "user:somebody:notifications"]) {
      assert.equal(await may(somebody, channel), false, channel);
      assert.equal(await may(admin, channel), true, channel);
    }
  });

  it("opens the operators' channels to admins, and the system's also to those who may read it", async () => {
    for (const channel of ["admin:metrics", "admin:platform:alerts", "system:health"]) {
      assert.equal(await may(somebody, channel), false, channel);
      assert.equal(await may(admin, channel), true, channel);
    }
    assert.equal(await may({ ...somebody, permissions: ["system:read"] }, "system:alerts"), true);
    assert.equal(await may({ ...somebody, roles: ["support"] }, "system:alerts"), true);
    assert.equal(await may({ ...somebody, roles: ["support"] }, "admin:alerts"), false);
    const ofTenant = new AuthMiddleware({ key: SECRET, tenant: "12345", systemRoles: ["support"] });
    const claimed = { ...admin, roles: ["admin", "support"], permissions: ["system:read"] };
    for (const channel of ["admin:metrics", "system:health", "tenant:67890:deployments"]) {
      assert.equal(await ofTenant.authorize(claimed, channel), false, channel);
    }
  });

  it("refuses names of no form, for everybody, and those that only contain one", async () => {
    const names = [
      "",
      "dashboard",
      "tenant12345",
      "admin-alerts",
      "tenant:12345",
      "tenant:12345:",
      "tenant::x",
      "admin:",
    ];
    for (const channel of [...names, "xtenant:12345:a", " tenant:12345:a", "chat:tenant:12345:a", "Tenant:12345:a"]) {
      assert.equal(await may(somebody, channel), false, channel);
      assert.equal(await may(admin, channel), false, channel);
    }
  });

  it("never opens another tenant's channel to somebody who is no admin, whatever the name", async () => {
    const part = fc.oneof(
      fc.constantFrom("tenant", "user", "admin", "system", "12345", "user_789", "*", ""),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const channel = parts.join(":");
        if (!(await may(somebody, channel))) return;
        assert.match(channel, /^(tenant:12345|user:user_789):./s);
      }),
    );
  });

  it("says the same as the hub", async () => {
    const hub = await startTestHub({ config: { client: { token: { hmac_secret_key: SECRET } } } });
    try {
      const token = await mintConnectionToken({ user: "user_789", tenant: "12345", roles: ["tenant_admin"] }, SECRET);
      const context = await who(token);
      const channels = [
        ...["tenant:12345:deployments", "tenant:67890:deployments", "user:user_789:notifications", "user:x:y"],
        ...["admin:metrics", "system:health", "tenant:*:user_login", "tenant:12345", "dashboard", "tenant:12345:"],
      ];
      for (const channel of channels) {
        const hubSays = await listen({ url: hub.url, token, channel }).then(
          ({ close }) => {
            close();
            return true;
          },
          () => false,
        );
        assert.equal(await may(context, channel), hubSays, channel);
      }
    } finally {
      await hub.stop();
    }
  });
});
