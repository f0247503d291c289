import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createDirectory, type TenantDeclaration } from "../../tenants/directory.ts";
import { noLimits, openNamespace, testSettings } from "../hub-ground.fixture.ts";
import { type Channel, type ChannelRules, type NameContext, resolveChannel } from "./channel.ts";
import { HubError } from "./errors.ts";
import { closedNamespace, type Namespace } from "./namespace.ts";
import { PLATFORM_ID } from "./tenant.ts";

const anyLetter: Namespace = { ...openNamespace, name: "any", channelRegex: /^.+$/u };

function contextOf(
  options: {
    readonly rules?: Partial<ChannelRules>;
    readonly namespaces?: readonly Namespace[];
    readonly tenants?: readonly TenantDeclaration[];
    readonly allowUndeclared?: boolean;
  } = {},
): NameContext {
  const directory = createDirectory({
    withoutNamespace: closedNamespace,
    namespaces: options.namespaces ?? [openNamespace, anyLetter],
    limits: noLimits,
    tenants: options.tenants ?? [{ id: "acme" }, { id: "globex" }],
    allowUndeclared: options.allowUndeclared ?? false,
  });
  return { directory, rules: { ...testSettings.channel, ...options.rules } };
}

interface Reading {
  readonly tenant?: string;
  readonly crossing?: boolean;
  readonly context?: NameContext;
}

function read(name: string, { tenant = "acme", crossing = false, context = contextOf() }: Reading = {}): Channel {
  const found = context.directory.tenant(tenant);
  assert.ok(found);
  return resolveChannel(name, { tenant: found, crossesTenants: crossing }, context);
}

function refusal(name: string, reading: Reading = {}): string {
  try {
    read(name, reading);
  } catch (error) {
    assert.ok(error instanceof HubError);
    return error.message;
  }
  return assert.fail(`"${name}" was taken`);
}

const brief = ({ owner, scope, user }: Channel) => ({ owner, scope, user });

describe("a channel name finds its tenant", () => {
  it("tenant:{id}:{resource} is of that tenant", () => {
    assert.deepEqual(brief(read("tenant:acme:orders")), { owner: "acme", scope: "tenant", user: "" });
    assert.deepEqual(brief(read("tenant:acme:orders:eu:1")), { owner: "acme", scope: "tenant", user: "" });
  });

  it("tenant:{id}:{resource} of another is for those who cross tenants, under the key that its own users have", () => {
    const crossed = read("tenant:globex:orders", { crossing: true });
    assert.equal(crossed.owner, "globex");
    assert.equal(crossed.key, read("tenant:globex:orders", { tenant: "globex" }).key);
    assert.match(refusal("tenant:globex:orders"), /^permission denied: .*tenant:acme:\{resource\}$/);
  });

  it("the refusal is the same whether or not the other tenant exists", () => {
    assert.equal(refusal("tenant:globex:orders"), refusal("tenant:nobody:orders"));
    assert.equal(refusal("tenant:globex:orders"), refusal("tenant:no/body:orders"));
  });

  it("who crosses tenants is told that one does not exist", () => {
    assert.match(refusal("tenant:nobody:orders", { crossing: true }), /^unknown channel: .*"nobody"/);
    assert.match(refusal("tenant:no/body:orders", { crossing: true }), /^unknown channel: .*"no\/body"/);
  });

  it("user:{id}:{resource} is of the caller's tenant and that user, also when the id reads like a tenant", () => {
    assert.deepEqual(brief(read("user:42:inbox")), { owner: "acme", scope: "user", user: "42" });
    assert.deepEqual(brief(read("user:globex:inbox", { crossing: true })), {
      owner: "acme",
      scope: "user",
      user: "globex",
    });
  });

  it("admin:… and system:… are of the platform, whoever reads", () => {
    for (const tenant of ["acme", "globex"]) {
      assert.deepEqual(brief(read("admin:alerts", { tenant })), { owner: PLATFORM_ID, scope: "admin", user: "" });
      assert.deepEqual(brief(read("system:status", { tenant })), { owner: PLATFORM_ID, scope: "system", user: "" });
    }
    assert.equal(read("admin:alerts").key, read("admin:alerts", { tenant: "globex" }).key);
  });

  it("tenant:*:{resource} belongs to the platform", () => {
    const wildcard = read("tenant:*:orders", { crossing: true });
    assert.deepEqual(brief(wildcard), { owner: "", scope: "tenant", user: "" });
    assert.deepEqual([wildcard.isWildcard, wildcard.resource], [true, "orders"]);
    assert.match(refusal("tenant:*:orders"), /^permission denied: this credential reaches only tenant:acme:/);
  });

  it("a declared namespace and a bare name are of the caller's tenant, and two tenants never meet in them", () => {
    for (const name of ["open:room", "dashboard", "any:globex/x"]) {
      assert.deepEqual(brief(read(name)), { owner: "acme", scope: "namespace", user: "" });
      assert.notEqual(read(name).key, read(name, { tenant: "globex" }).key);
    }
  });

  it("a tenant's own namespace is nobody else's", () => {
    const own: Namespace = { ...openNamespace, name: "private" };
    const context = contextOf({ tenants: [{ id: "acme", namespaces: [own] }, { id: "globex" }] });
    assert.equal(read("private:x", { context }).namespace.name, "private");
    const other = refusal("private:x", { context, tenant: "globex" });
    assert.match(other, /^unknown channel: no namespace "private" is declared/);
    assert.equal(other, refusal("private:x", { tenant: "globex" }));
  });

  it("a declared namespace named as a scope gives its options to the scope and takes the names of other forms", () => {
    const declared: Namespace = { ...openNamespace, name: "tenant", historySize: 7 };
    const context = contextOf({ namespaces: [declared] });
    const scoped = read("tenant:acme:orders", { context });
    assert.deepEqual([scoped.scope, scoped.namespace.historySize], ["tenant", 7]);
    const free = read("tenant:lobby", { context });
    assert.deepEqual([free.scope, free.owner, free.namespace.historySize], ["namespace", "acme", 7]);
    assert.match(refusal("tenant:globex:orders", { context }), /^permission denied/);
  });
});

describe("a channel name explains itself", () => {
  it("a scope without its parts is incomplete and the forms are named", () => {
    for (const name of [
      "tenant:",
      "tenant:acme",
      "tenant:acme:",
      "tenant::x",
      "user:",
      "user:42",
      "admin:",
      "system:",
    ]) {
      const text = refusal(name);
      assert.ok(text.startsWith(`bad request: "${name}" is incomplete; did you mean "`), text);
      assert.ok(text.includes("write tenant:acme:{resource}, user:{userId}:{resource}, admin:{resource}"), text);
    }
  });

  it("a name near to a form gets the form that was meant", () => {
    const forms: [name: string, meant: string][] = [
      ["tenant:12345", "tenant:12345:{resource}"],
      ["user:42", "user:42:{resource}"],
      ["tenant:", "tenant:{id}:{resource}"],
      ["admin:", "admin:{resource}"],
    ];
    for (const [name, meant] of forms) assert.ok(refusal(name).includes(`did you mean "${meant}"?`), refusal(name));
  });

  it("an undeclared namespace is named, and one that is long only by its beginning", () => {
    assert.match(refusal("chat:1"), /^unknown channel: no namespace "chat" is declared; write tenant:acme:/);
    assert.ok(refusal(`${"n".repeat(200)}:1`).length < 400);
  });
});

describe("what a channel name may hold", () => {
  it("is not empty and not longer than the limit in bytes", () => {
    assert.match(refusal(""), /^bad request: the channel is empty/);
    const context = contextOf({ rules: { maxLength: 12 } });
    assert.equal(read("open:1234567", { context }).name, "open:1234567");
    assert.match(refusal("open:12345678", { context }), /^bad request: .*longer than 12 bytes/);
    assert.match(refusal("any:ñññññ", { context }), /longer than 12 bytes/);
  });

  it("holds no control character, with and without a regex", () => {
    for (const character of ["\0", "\n", "\r", "\x1f", "\x7f"]) {
      assert.match(refusal(`open:a${character}`), /^bad request: .*control character/);
      assert.match(refusal(`any:a${character}`), /^bad request: .*control character/);
      assert.match(refusal(`tenant:acme:a${character}`), /^bad request: .*control character/);
    }
  });

  it("is ASCII unless the namespace has a regex, the scopes included", () => {
    assert.match(refusal("open:ñandú"), /^bad request: .*outside ASCII; set channel_regex/);
    assert.match(refusal("tenant:acme:ñandú"), /outside ASCII/);
    assert.equal(read("any:ñandú 🦤").rest, "ñandú 🦤");
    const context = contextOf({ namespaces: [{ ...anyLetter, name: "tenant" }] });
    assert.equal(read("tenant:acme:ñandú", { context }).scope, "tenant");
  });

  it("is well-formed Unicode, so that two names never become the same bytes", () => {
    assert.match(refusal("any:\ud800"), /^bad request: .*well-formed/);
    assert.match(refusal("any:\udc00\ud800"), /^bad request: .*well-formed/);
  });
});

describe("marks in a channel name", () => {
  it("the private prefix stands before the namespace and makes another channel", () => {
    const channel = read("$open:room");
    assert.deepEqual([channel.isPrivate, channel.namespace.name, channel.rest], [true, "open", "room"]);
    assert.notEqual(channel.key, read("open:room").key);
    assert.deepEqual([read("$tenant:acme:x").isPrivate, read("$tenant:acme:x").scope], [true, "tenant"]);
    assert.equal(read("open:$room").isPrivate, false);
    assert.match(refusal("$tenant:globex:x"), /^permission denied/);
  });

  it("the users are named after the last user boundary", () => {
    assert.deepEqual(read("open:room#1,2").allowedUsers, ["1", "2"]);
    assert.deepEqual(read("open:a#b#3").allowedUsers, ["3"]);
    assert.deepEqual(read("#42").allowedUsers, ["42"]);
    assert.deepEqual(read("open:room#").allowedUsers, [""]);
    assert.deepEqual(read("open:room").allowedUsers, []);
  });

  it("all of them can be set to something else or off", () => {
    const rules = { namespaceBoundary: "::", privatePrefix: "!", userBoundary: "@", userSeparator: "+" };
    const context = contextOf({ rules });
    const channel = read("!open::room@1+2", { context });
    assert.deepEqual([channel.namespace.name, channel.isPrivate, channel.allowedUsers], ["open", true, ["1", "2"]]);
    assert.equal(read("tenant::acme::x", { context }).scope, "tenant");
    assert.equal(read("open:room#1,2", { context }).namespace.name, "", "without the boundary it is a bare name");
    assert.match(refusal("tenant::acme", { context }), /did you mean "tenant::acme::\{resource\}"/);
    const off = contextOf({ rules: { namespaceBoundary: "", privatePrefix: "", userBoundary: "" } });
    const plain = read("$open:room#1", { context: off });
    assert.deepEqual([plain.namespace.name, plain.isPrivate, plain.allowedUsers], ["", false, []]);
  });
});

describe("isolation of keys", () => {
  const part = fc.constantFrom("tenant", "user", "admin", "system", "open", "any", "acme", "globex", "a", "*", "");
  const glue = fc.constantFrom(":", "/", "$", "#", "::", ".", " ");
  const tricky = fc
    .array(fc.tuple(part, glue), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.flat().join("").slice(0, -1));
  const name = fc.oneof(tricky, fc.string({ maxLength: 30 }));
  const id = fc.oneof(
    fc.constantFrom("acme", "globex", "a", "tenant", "acme.globex"),
    fc.stringMatching(/^[\w.-]{1,9}$/),
  );
  const context = contextOf({ allowUndeclared: true });
  const tryRead = (text: string, tenant: string): Channel | undefined => {
    try {
      return read(text, { tenant, context });
    } catch (error) {
      assert.ok(error instanceof HubError, String(error));
      return undefined;
    }
  };

  it("two tenants never get the same key for any names, the platform's own channels aside", () => {
    let compared = 0;
    fc.assert(
      fc.property(id, id, name, name, (one, other, a, b) => {
        fc.pre(one !== other);
        const [left, right] = [tryRead(a, one), tryRead(b, other)];
        if (left && left.owner !== PLATFORM_ID) assert.equal(left.owner, one);
        if (!left || !right || left.owner === PLATFORM_ID || right.owner === PLATFORM_ID) return;
        compared++;
        assert.notEqual(left.key, right.key);
      }),
      { numRuns: 3_000 },
    );
    assert.ok(compared > 300, `only ${compared} pairs of names were both taken`);
  });

  it("within a tenant different names have different keys", () => {
    fc.assert(
      fc.property(id, name, name, (tenant, a, b) => {
        const [left, right] = [tryRead(a, tenant), tryRead(b, tenant)];
        if (left && right && a !== b) assert.notEqual(left.key, right.key);
      }),
    );
  });

  it("the platform's channels have no key that a tenant's channel could have", () => {
    fc.assert(
      fc.property(id, name, (tenant, text) => {
        const channel = tryRead(text, tenant);
        if (channel && channel.owner !== PLATFORM_ID) assert.ok(!channel.key.startsWith("/"));
      }),
    );
    assert.ok(read("admin:alerts").key.startsWith("/"));
  });
});
