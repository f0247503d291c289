import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DisconnectError } from "../hub/values/disconnects.ts";
import { HubError } from "../hub/values/errors.ts";
import { silentLog } from "../kit/log.ts";
import { mintConnectionToken, mintSubscriptionToken } from "./mint.ts";
import { createBench, ecPair, edPair, rsaPair, SECRET, signRaw } from "./token.fixture.ts";

const refused = (code: number, detail?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DisconnectError, String(error));
  assert.equal(error.disconnect.code, code);
  if (detail) assert.match(error.detail, detail);
  return true;
};
const invalid = (detail?: RegExp) => refused(3500, detail);
const hubError = (code: number, text?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof HubError, String(error));
  assert.equal(error.code, code);
  if (text) assert.match(error.message, text);
  return true;
};

describe("a connection token", () => {
  it("grants what its claims say", async () => {
    const { authenticator, now } = createBench();
    const grant = await authenticator.connection(
      signRaw({
        sub: "42",
        tenantId: "acme",
        role: "member",
        roles: ["editor", "member"],
        permissions: ["publish"],
        exp: now + 60,
        iat: now - 1,
        jti: "t-1",
        labels: { device: "tv" },
        info: { name: "Ana\n" },
        meta: { plan: 1 },
        channels: ["news"],
        subs: {
          chat: {
            b64info: "AAE=",
            data: [1],
            override: { presence: { value: true }, force_recovery: { value: false } },
          },
        },
      }),
    );
    assert.deepEqual(grant, {
      identity: { tenant: "acme", platform: true, user: "42", roles: ["member", "editor"], permissions: ["publish"] },
      expireAt: now + 60,
      info: '{"name":"Ana\\n"}',
      meta: '{"plan":1}',
      labels: { device: "tv" },
      token: { uid: "t-1", issuedAt: now - 1 },
      subscriptions: new Map<string, unknown>([
        ["news", { expireAt: 0 }],
        [
          "chat",
          {
            expireAt: 0,
            info: new Uint8Array([0, 1]),
            data: "[1]",
            override: { presence: true, forceRecovery: false },
          },
        ],
      ]),
    });
  });

  it("of a plain Centrifugo backend belongs to the default tenant", async () => {
    const { authenticator } = createBench();
    const { identity, expireAt } = await authenticator.connection(signRaw({ sub: "42" }));
    assert.deepEqual(identity, { tenant: "default", platform: true, user: "42", roles: [], permissions: [] });
    assert.equal(expireAt, 0);
  });

  it("may call the user userId, and the tenant tenant_id", async () => {
    const { authenticator } = createBench();
    const { identity } = await authenticator.connection(signRaw({ userId: "u", tenant_id: "acme" }));
    assert.equal(identity.user, "u");
    assert.equal(identity.tenant, "acme");
  });

  it("names its user by the configured claim alone", async () => {
    const { authenticator } = createBench({ platform: { hmacSecretKey: SECRET, userIdClaim: "email" } });
    const named = await authenticator.connection(signRaw({ sub: "1", email: "a@example.com" }));
    assert.equal(named.identity.user, "a@example.com");
    assert.equal((await authenticator.connection(signRaw({ sub: "1" }))).identity.user, "");
  });

  it("with JSON in base64 gives that JSON on one line, other bytes as they are", async () => {
    const { authenticator } = createBench();
    const b64 = (text: string) => Buffer.from(text).toString("base64");
    const json = await authenticator.connection(signRaw({ b64info: b64('{\n  "a": 1\n}') }));
    assert.equal(json.info, '{"a":1}');
    const bytes = await authenticator.connection(signRaw({ b64info: b64("not json") }));
    assert.deepEqual(bytes.info, new Uint8Array(Buffer.from("not json")));
  });

  it("lasts as long as expire_at says, for ever with 0", async () => {
    const { authenticator, now } = createBench();
    const until = async (claims: object) => (await authenticator.connection(signRaw(claims))).expireAt;
    assert.equal(await until({ exp: now + 5, expire_at: now + 500 }), now + 500);
    assert.equal(await until({ exp: now + 5, expire_at: 0 }), 0);
    assert.equal(await until({ exp: now + 5.5 }), now + 5);
  });

  it("that has expired, or is not valid yet, asks the client for a new one", async () => {
    const { authenticator, now, clock } = createBench();
    const token = signRaw({ exp: now + 10 });
    await authenticator.connection(token);
    clock.advance(10_000);
    await assert.rejects(authenticator.connection(token), hubError(109));
    await assert.rejects(authenticator.connection(signRaw({ nbf: now + 60 })), hubError(109));
  });

  it("gives capabilities, in the order in which they stand", async () => {
    const { authenticator } = createBench();
    const token = await mintConnectionToken(
      {
        user: "42",
        capabilities: [
          { channels: ["chat:1"], allow: ["pub"] },
          { channels: ["chat:*"], match: "wildcard", allow: ["sub", "pub", "hst"] },
        ],
      },
      { algorithm: "HS256", key: SECRET },
    );
    const { capabilities } = await authenticator.connection(token);
    assert.equal(capabilities?.allows("sub", "chat:2"), true);
    assert.equal(capabilities?.allows("pub", "chat:1"), true);
    assert.equal(capabilities?.allows("sub", "chat:1"), false);
  });

  it("is refused when its capabilities, labels or id cannot be read", async () => {
    const { authenticator } = createBench();
    for (const [claims, message] of [
      [{ caps: {} }, /the claim caps: expected an array/],
      [
        { caps: [{ channels: ["("], match: "regex", allow: ["sub"] }] },
        /the claim caps\[0\]\.channels: a "\(" without/,
      ],
      [{ labels: { a: 1 } }, /the claim labels: expected strings/],
      [{ jti: 1 }, /the claim jti must be a string/],
      [{ jti: "x".repeat(257) }, /the claim jti must have at most 256/],
    ] as const)
      await assert.rejects(authenticator.connection(signRaw(claims)), invalid(message));
  });

  it("may spell absent claims as null", async () => {
    const { authenticator } = createBench();
    const names = [
      "sub",
      "exp",
      "expire_at",
      "role",
      "roles",
      "meta",
      "channels",
      "subs",
      "channel",
      "tenantId",
      "b64info",
      "caps",
      "labels",
      "jti",
      "iat",
    ];
    const { identity, ...grant } = await authenticator.connection(
      signRaw(Object.fromEntries(names.map((name) => [name, null]))),
    );
    assert.deepEqual(identity, { tenant: "default", platform: true, user: "", roles: [], permissions: [] });
    assert.deepEqual(grant, { expireAt: 0, subscriptions: new Map(), token: { uid: "", issuedAt: 0 } });
  });

  const wrong: readonly [string, object, RegExp][] = [
    ["a number as user id", { sub: 42 }, /claim sub must be a string, got a number/],
    ["a number as userId", { userId: 42 }, /claim userId must be a string, got a number/],
    ["two tenants", { tenantId: "a", tenant_id: "b" }, /two tenants/],
    ["a tenant that does not exist", { tenantId: "nowhere" }, /does not exist/],
    ["a channel", { sub: "1", channel: "news" }, /subscription token/],
    ["an array as meta", { meta: [] }, /meta must be a JSON object/],
    ["text as exp", { exp: "tomorrow" }, /exp must be a number/],
    ["text as roles", { roles: "admin" }, /roles must be an array/],
    ["text as channels", { channels: "news" }, /channels must be an array/],
    ["an array as subs", { subs: [] }, /subs must be an object/],
    ["an unknown action", { subs: { a: { allow: ["read"] } } }, /the claim allow: expected sub, pub, prs, hst/],
    ["a bare flag as override", { subs: { a: { override: { presence: true } } } }, /override\.presence/],
    ["broken base64", { b64info: "***" }, /b64info must be a base64 string/],
  ];
  for (const [what, claims, detail] of wrong) {
    it(`with ${what} is refused and the log learns why`, async () => {
      const { authenticator } = createBench();
      await assert.rejects(authenticator.connection(signRaw(claims)), invalid(detail));
    });
  }

  it("is refused when it is malformed, oversize, unsigned or signed with another secret", async () => {
    const { authenticator } = createBench();
    const good = signRaw({ sub: "1" });
    const unsigned = signRaw({ sub: "1" }, { header: { alg: "none" } }).replace(/[^.]*$/, "");
    for (const token of ["", "a", "a.b", "a.b.c", `${good}.x`, ` ${good}`, good.slice(0, -1), unsigned]) {
      await assert.rejects(authenticator.connection(token), invalid());
    }
    await assert.rejects(authenticator.connection(signRaw({ info: "x".repeat(17_000) })), invalid(/longer than/));
    await assert.rejects(authenticator.connection(signRaw({ sub: "1" }, { secret: "other" })), invalid(/signature/));
    await assert.rejects(authenticator.connection(signRaw([])), invalid(/not a JSON object/));
    await assert.rejects(authenticator.connection(signRaw({}, { header: { crit: ["b64"] } })), invalid(/critical/));
  });

  it("never appears in an error", async () => {
    const { authenticator } = createBench();
    const token = signRaw({ sub: "1" }, { secret: "other" });
    await assert.rejects(authenticator.connection(token), (error: Error) => {
      for (const part of token.split(".")) assert.ok(!`${error.message} ${error.stack}`.includes(part));
      return true;
    });
  });

  it("without a user is refused when anonymous tokens are not wanted", async () => {
    const { authenticator } = createBench({ disallowAnonymousConnectionTokens: true });
    await assert.rejects(authenticator.connection(signRaw({})), refused(3507));
    await authenticator.connection(signRaw({ sub: "1" }));
  });

  it("is believed unsigned only when the operator says so, and the log warns", async () => {
    const warnings: string[] = [];
    const { authenticator, now } = createBench({
      insecureSkipTokenSignatureVerify: true,
      log: { ...silentLog, warn: (message) => warnings.push(message) },
    });
    const grant = await authenticator.connection(signRaw({ sub: "1" }, { header: { alg: "none" } }));
    assert.equal(grant.identity.user, "1");
    await assert.rejects(authenticator.connection(signRaw({ exp: now - 1 }, { secret: "x" })), hubError(109));
    assert.match(warnings.join(), /signatures are not verified/);
  });
});

describe("keys", () => {
  it("verify a token once until it is forgotten", async () => {
    const { privatePem, publicPem } = ecPair("P-256");
    const { authenticator, now, clock } = createBench({ platform: { ecdsaPublicKey: publicPem } });
    const token = await mintConnectionToken(
      { tenant: "acme", user: "1", expiresAt: now + 60 },
      { algorithm: "ES256", key: privatePem },
    );
    const first = await authenticator.connection(token);
    assert.deepEqual(await authenticator.connection(token), first);
    authenticator.forgetTenant("acme");
    assert.deepEqual(await authenticator.connection(token), first);
    authenticator.forget();
    assert.deepEqual(await authenticator.connection(token), first);
    clock.advance(60_000);
    await assert.rejects(authenticator.connection(token), hubError(109));
  });

  it("of the last rotation are accepted until their end", async () => {
    const clockStart = createBench().now;
    const { authenticator, clock } = createBench({
      platform: {
        hmacSecretKey: "new",
        hmacPreviousSecretKey: "old",
        hmacPreviousSecretKeyValidUntil: clockStart + 60,
      },
    });
    const old = signRaw({ sub: "1" }, { secret: "old" });
    await authenticator.connection(old);
    await authenticator.connection(signRaw({ sub: "1" }, { secret: "new" }));
    clock.advance(60_000);
    await assert.rejects(authenticator.connection(old), invalid());
  });

  const pairs = { rsa: rsaPair(), p256: ecPair("P-256"), p384: ecPair("P-384"), p521: ecPair("P-521"), ed: edPair() };
  const algorithms: readonly [string, keyof typeof pairs | undefined][] = [
    ["HS256", undefined],
    ["HS384", undefined],
    ["HS512", undefined],
    ["RS256", "rsa"],
    ["RS384", "rsa"],
    ["RS512", "rsa"],
    ["ES256", "p256"],
    ["ES384", "p384"],
    ["ES512", "p521"],
    ["EdDSA", "ed"],
    ["Ed25519", "ed"],
  ];
  for (const [algorithm, name] of algorithms) {
    it(`verify ${algorithm} and nothing that was changed afterwards`, async () => {
      const pair = name && pairs[name];
      const { authenticator } = createBench({
        platform: {
          hmacSecretKey: SECRET,
          rsaPublicKey: pairs.rsa.publicPem,
          eddsaPublicKey: pairs.ed.publicPem,
          ...(name?.startsWith("p") && pair ? { ecdsaPublicKey: pair.publicPem } : {}),
        },
      });
      const token = await mintConnectionToken({ user: "42" }, { algorithm, key: pair?.privatePem ?? SECRET });
      assert.equal((await authenticator.connection(token)).identity.user, "42");
      const [header, , signature] = token.split(".");
      const forged = Buffer.from(JSON.stringify({ sub: "43" })).toString("base64url");
      await assert.rejects(authenticator.connection(`${header}.${forged}.${signature}`), invalid(/signature/));
      assert.equal((await authenticator.connection(token)).identity.user, "42");
    });
  }

  it("of one kind never verify a token of another", async () => {
    const { authenticator } = createBench({ platform: { rsaPublicKey: pairs.rsa.publicPem } });
    const confused = signRaw({ sub: "root" }, { secret: pairs.rsa.publicPem });
    await assert.rejects(authenticator.connection(confused), invalid(/no key is configured/));
    const curve = await mintConnectionToken({}, { algorithm: "ES256", key: pairs.p256.privatePem });
    await assert.rejects(authenticator.connection(curve), invalid(/no key is configured/));
    const wrongCurve = createBench({ platform: { ecdsaPublicKey: pairs.p384.publicPem } });
    await assert.rejects(wrongCurve.authenticator.connection(curve), invalid(/does not fit/));
  });

  it("that cannot work are a configuration error with the name of the setting", () => {
    const failing: readonly [object, RegExp][] = [
      [{ rsaPublicKey: "nonsense" }, /client\.token\.rsa_public_key: expected a public key in PEM/],
      [{ rsaPublicKey: pairs.p256.publicPem }, /expected a key of type rsa, got ec/],
      [{ audience: "a", audienceRegex: "b" }, /client\.token\.audience and client\.token\.audience_regex exclude/],
      [{ issuer: "a", issuerRegex: "b" }, /client\.token\.issuer and client\.token\.issuer_regex exclude/],
      [{ issuerRegex: "(" }, /client\.token\.issuer_regex: not a regular expression/],
      [{ userIdClaim: "a.b" }, /client\.token\.user_id_claim/],
    ];
    for (const [platform, message] of failing) assert.throws(() => createBench({ platform }), { message });
  });

  it("may demand an audience and an issuer, exactly or by an expression of the whole value", async () => {
    const exact = createBench({ platform: { hmacSecretKey: SECRET, audience: "hub", issuer: "https://id" } });
    await exact.authenticator.connection(signRaw({ aud: ["web", "hub"], iss: "https://id" }));
    await assert.rejects(exact.authenticator.connection(signRaw({ aud: "hub" })), invalid(/issuer/));
    await assert.rejects(exact.authenticator.connection(signRaw({ aud: "hubs", iss: "https://id" })), invalid(/aud/));
    const pattern = createBench({
      platform: { hmacSecretKey: SECRET, issuerRegex: "https://id/(?P<realm>a|ab)", audienceRegex: "hub-\\d" },
    });
    await pattern.authenticator.connection(signRaw({ aud: ["x", "hub-1"], iss: "https://id/ab" }));
    for (const iss of ["https://id/abc", "https://evil/?https://id/a", "https://id/"]) {
      await assert.rejects(pattern.authenticator.connection(signRaw({ aud: "hub-1", iss })), invalid(/issuer/));
    }
  });
});

describe("trust between platform and tenants", () => {
  const tenants = new Map([
    ["acme", { token: { hmacSecretKey: "acme secret", issuer: "https://acme" } }],
    ["globex", { token: { hmacSecretKey: "globex secret" } }],
    ["bare", { token: { hmacSecretKey: "" } }],
  ]);
  const acme = (claims: object, header = {}) => signRaw(claims, { secret: "acme secret", header });

  it("finds the keys by tenantId, key id or issuer", async () => {
    const { authenticator } = createBench({ tenants });
    const tokens = [
      acme({ sub: "1", tenantId: "acme", iss: "https://acme" }),
      acme({ sub: "1", iss: "https://acme" }, { kid: "acme" }),
      acme({ sub: "1", iss: "https://acme" }),
    ];
    for (const token of tokens) {
      const { identity } = await authenticator.connection(token);
      assert.equal(identity.tenant, "acme");
      assert.equal(identity.platform, false);
    }
  });

  it("refuses a tenant's key that speaks for another tenant, for nobody or as platform admin", async () => {
    const { authenticator } = createBench({ tenants });
    const iss = "https://acme";
    await assert.rejects(authenticator.connection(acme({ iss, tenantId: "globex" })), invalid());
    await assert.rejects(authenticator.connection(acme({ iss, tenantId: "bare" })), invalid());
    await assert.rejects(authenticator.connection(acme({ iss, tenantId: "default" }, { kid: "acme" })), invalid());
    await assert.rejects(authenticator.connection(acme({ sub: "1" })), invalid());
    await assert.rejects(authenticator.connection(acme({ iss, role: "admin" })), invalid(/role admin/));
    await assert.rejects(authenticator.connection(acme({ iss, roles: ["x", "admin"] })), invalid(/role admin/));
  });

  it("lets a key of the platform name any tenant, with its own keys or without", async () => {
    const { authenticator } = createBench({ tenants });
    for (const tenantId of ["acme", "bare"]) {
      const { identity } = await authenticator.connection(signRaw({ tenantId, role: "admin" }));
      assert.deepEqual([identity.tenant, identity.platform, identity.roles], [tenantId, true, ["admin"]]);
    }
  });

  it("refuses a tenant with rules for tokens but without a key", () => {
    const tenants = new Map([["acme", { token: { hmacSecretKey: "", audience: "hub" } }]]);
    assert.throws(() => createBench({ tenants }), { message: /tenants\[acme\]\.token: sets rules .* but no key/ });
  });

  it("takes no hint from an issuer that two tenants share", async () => {
    const shared = new Map([
      ["a", { token: { hmacSecretKey: "a", issuer: "https://id" } }],
      ["b", { token: { hmacSecretKey: "b", issuer: "https://id" } }],
    ]);
    const { authenticator } = createBench({ tenants: shared });
    const token = (claims: object) => signRaw({ iss: "https://id", ...claims }, { secret: "a" });
    await assert.rejects(authenticator.connection(token({})), invalid());
    assert.equal((await authenticator.connection(token({ tenantId: "a" }))).identity.tenant, "a");
  });
});

describe("a subscription token", () => {
  it("grants its channel to its user", async () => {
    const { authenticator, now } = createBench();
    const token = signRaw({
      sub: "42",
      channel: "$news",
      exp: now + 9,
      jti: "s",
      info: 1,
      data: { a: 1 },
      client: "c",
    });
    assert.deepEqual(await authenticator.subscription(token, "default"), {
      channel: "$news",
      user: "42",
      client: "c",
      expireAt: now + 9,
      info: "1",
      data: '{"a":1}',
      token: { uid: "s", issuedAt: 0 },
    });
  });

  it("is verified with the keys of the tenant, else with those for subscriptions, else with the platform's", async () => {
    const { authenticator } = createBench({
      platformSubscription: { hmacSecretKey: "subscriptions" },
      tenants: new Map([["acme", { token: { hmacSecretKey: "acme secret" } }]]),
    });
    const token = (secret: string, claims = {}) => signRaw({ channel: "c", ...claims }, { secret });
    await authenticator.subscription(token("acme secret"), "acme");
    await authenticator.subscription(token("subscriptions"), "default");
    await authenticator.subscription(token("subscriptions", { tenantId: "bare" }), "bare");
    await authenticator.subscription(token("subscriptions", { tenantId: "acme" }), "acme");
    const denied = hubError(103, /signature/);
    await assert.rejects(authenticator.subscription(token(SECRET), "default"), denied);
    await assert.rejects(authenticator.subscription(token("subscriptions"), "acme"), hubError(103, /another tenant/));
    await assert.rejects(authenticator.subscription(token("acme secret"), "default"), denied);
  });

  it("of one tenant opens nothing in another", async () => {
    const { authenticator } = createBench({ tenants: new Map([["acme", { token: { hmacSecretKey: SECRET } }]]) });
    const denied = hubError(103, /tenant/);
    await assert.rejects(authenticator.subscription(signRaw({ channel: "c" }), "bare"), denied);
    await assert.rejects(authenticator.subscription(signRaw({ channel: "c", tenantId: "a" }), "b"), denied);
    await assert.rejects(authenticator.subscription(signRaw({ channel: "c", tenantId: "b" }), "acme"), denied);
  });

  it("says when it has expired, and when it is none", async () => {
    const { authenticator, now } = createBench();
    const subscribe = (claims: object) => authenticator.subscription(signRaw(claims), "default");
    await assert.rejects(subscribe({ channel: "c", exp: now }), hubError(109));
    await assert.rejects(subscribe({ sub: "1" }), hubError(103, /channel is missing/));
    await assert.rejects(authenticator.subscription("x", "default"), hubError(103));
  });

  it("is minted with everything that a grant can hold", async () => {
    const { authenticator, now } = createBench();
    const allow = ["pub", "hst"] as const;
    const override = { presence: true, joinLeave: false, forcePushJoinLeave: true };
    const content = {
      channel: "c",
      user: "u",
      tenant: "acme",
      info: "{}",
      data: new Uint8Array([255]),
      override,
      allow,
    };
    const token = await mintSubscriptionToken({ ...content, lastsUntil: now }, { algorithm: "HS512", key: SECRET });
    assert.deepEqual(await authenticator.subscription(token, "acme"), {
      channel: "c",
      user: "u",
      client: "",
      info: "{}",
      data: new Uint8Array([255]),
      override,
      allow,
      expireAt: now,
      token: { uid: "", issuedAt: 0 },
    });
  });
});
