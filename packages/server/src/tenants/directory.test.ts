import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { closedNamespace, type Namespace, scopeNames } from "../hub/values/namespace.ts";
import { createDirectory, type DirectoryOptions } from "./directory.ts";

const namespace = (name: string, options: Partial<Namespace> = {}): Namespace => ({
  ...closedNamespace,
  name,
  ...options,
});
const limits = {
  connections: 10,
  userConnections: 0,
  subscriptionsPerConnection: 0,
  publicationsPerSecond: 5,
  publicationBytes: 0,
  historyChannels: 0,
};
const directory = (options: Partial<DirectoryOptions> = {}) =>
  createDirectory({
    withoutNamespace: namespace(""),
    namespaces: [],
    limits,
    tenants: [],
    allowUndeclared: true,
    ...options,
  });

describe("the directory", () => {
  it("gives each tenant the shared namespaces, its own, and names without one", () => {
    const { tenant, platform } = directory({
      withoutNamespace: namespace("", { presence: true }),
      namespaces: [namespace("chat"), namespace("news")],
      tenants: [
        { id: "acme", namespaces: [namespace("chat", { presence: true }), namespace("own")] },
        { id: "globex" },
      ],
    });
    const acme = tenant("acme");
    assert.equal(acme?.namespace("chat")?.presence, true);
    assert.equal(acme?.namespace("own")?.name, "own");
    assert.equal(acme?.namespace("")?.presence, true);
    for (const other of [tenant("globex"), tenant("somebody"), tenant("default"), platform]) {
      assert.equal(other?.namespace("chat")?.presence, false);
      assert.equal(other?.namespace("news")?.name, "news");
      assert.equal(other?.namespace("own"), undefined);
      assert.equal(other?.namespace("")?.presence, true);
    }
  });

  it("has the built-in scopes for everyone until a declaration takes their place", () => {
    const { tenant, platform } = directory({
      namespaces: [namespace("system")],
      tenants: [{ id: "acme", namespaces: [namespace("user")] }],
    });
    const builtin = (owner: ReturnType<typeof tenant>) => scopeNames.map((name) => owner?.namespace(name)?.builtin);
    assert.deepEqual(builtin(tenant("acme")), [true, false, true, false]);
    assert.deepEqual(builtin(tenant("globex")), [true, true, true, false]);
    assert.deepEqual(builtin(platform), [true, true, true, false]);
  });

  it("has no namespace that nobody declared", () => {
    const { tenant } = directory();
    for (const name of ["constructor", "__proto__", "chat", "tenant2"]) {
      assert.equal(tenant("acme")?.namespace(name), undefined);
    }
  });

  it("fills up the limits of a tenant with the shared ones", () => {
    const { tenant, platform } = directory({ tenants: [{ id: "acme", name: "Acme", limits: { connections: 99 } }] });
    assert.deepEqual(tenant("acme")?.limits, { ...limits, connections: 99 });
    assert.deepEqual(tenant("somebody")?.limits, limits);
    assert.equal(tenant("acme")?.name, "Acme");
    assert.equal(platform.limits.connections, 0);
  });

  it("knows undeclared tenants only when they are allowed, the default one always", () => {
    const open = directory({ tenants: [{ id: "acme" }] });
    assert.equal(open.tenant("acme")?.declared, true);
    assert.equal(open.tenant("somebody")?.declared, false);
    const closed = directory({ tenants: [{ id: "acme" }], allowUndeclared: false });
    assert.equal(closed.tenant("acme")?.declared, true);
    assert.equal(closed.tenant("somebody"), undefined);
    assert.equal(closed.tenant("default")?.id, "default");
  });

  it("knows nobody by a malformed id, the platform's included", () => {
    const { tenant, platform } = directory();
    const wellFormed = /^[A-Za-z0-9_.-]{1,64}$/;
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "a:b", "*", "x".repeat(65))), (id) => {
        assert.equal(tenant(id)?.id, wellFormed.test(id) ? id : undefined);
      }),
    );
    assert.equal(tenant(platform.id), undefined);
  });

  it("refuses declarations that contradict each other", () => {
    const wrong: readonly [Partial<DirectoryOptions>, RegExp][] = [
      [{ tenants: [{ id: "a" }, { id: "a" }] }, /"a" is declared twice/],
      [{ tenants: [{ id: "a b" }] }, /"a b" is no tenant id/],
      [{ namespaces: [namespace("chat"), namespace("chat")] }, /"chat" is declared twice/],
      [{ namespaces: [namespace("")] }, /needs a name/],
      [{ tenants: [{ id: "a", namespaces: [namespace("admin")] }] }, /belong to the platform/],
    ];
    for (const [options, message] of wrong) assert.throws(() => directory(options), message);
  });

  it("lets the default tenant be declared like any other", () => {
    const { tenant } = directory({ tenants: [{ id: "default", name: "Main", limits: { connections: 1 } }] });
    assert.equal(tenant("default")?.name, "Main");
    assert.equal(tenant("default")?.limits.connections, 1);
  });
});
