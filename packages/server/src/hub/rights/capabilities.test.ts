import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { createGround, type Ground } from "../hub-ground.fixture.ts";
import { closedNamespace, HubError, type Identity, type Session, scopeNames } from "../index.ts";
import { resolveChannel } from "../values/channel.ts";
import { parseCapabilities } from "./capabilities.ts";
import { parseLabels } from "./labels.ts";
import { RightsError } from "./rights-error.ts";

const everything = [{ channels: ["*"], match: "wildcard", allow: ["sub", "pub", "prs", "hst"] }];

let ground: Ground;

before(async () => {
  ground = await createGround({ namespaces: [{ ...closedNamespace, name: "shut" }] });
});

async function withCaps(caps: unknown, identity: Partial<Identity> = {}): Promise<Session> {
  const capabilities = parseCapabilities(caps);
  return (await ground.join({ identity: { user: "42", ...identity }, capabilities })).session;
}

/** What the gate lets a session do in a channel. */
function rightsIn(session: Session, name: string): readonly string[] {
  const { gate, names } = ground.hub;
  const channel = resolveChannel(name, session, names);
  return [
    ...(gate.maySubscribe(session, channel) ? ["sub"] : []),
    ...(gate.mayPublish(session, channel) ? ["pub"] : []),
    ...(gate.mayReadPresence(session, channel) ? ["prs"] : []),
    ...(gate.mayReadHistory(session, channel) ? ["hst"] : []),
  ];
}

describe("capabilities", () => {
  it("open each action that they name, in the channels that they name", async () => {
    const session = await withCaps([
      { channels: ["shut:exact"], allow: ["sub"] },
      { channels: ["shut:a*"], match: "wildcard", allow: ["pub", "prs"] },
      { channels: ["shut:\\d+"], match: "regex", allow: ["hst"] },
    ]);
    assert.deepEqual(rightsIn(session, "shut:exact"), ["sub"]);
    assert.deepEqual(rightsIn(session, "shut:abc"), ["pub", "prs"]);
    assert.deepEqual(rightsIn(session, "shut:12"), ["hst"]);
    assert.deepEqual(rightsIn(session, "shut:other"), []);
  });

  it("are decided by the first entry that a channel fits", () => {
    const caps = parseCapabilities([
      { channels: ["news:secret"], allow: [] },
      { channels: ["news:*"], match: "wildcard", allow: ["sub"] },
    ]);
    assert.equal(caps.allows("sub", "news:open"), true);
    assert.equal(caps.allows("sub", "news:secret"), false);
  });

  it("take an expression for the whole name, so that no prefix sneaks in", () => {
    const caps = parseCapabilities([{ channels: ["posts_\\d+"], match: "regex", allow: ["sub"] }]);
    assert.equal(caps.allows("sub", "posts_1"), true);
    assert.equal(caps.allows("sub", "secret_posts_1"), false);
  });

  it("open to an anonymous connection what its credential names", async () => {
    const session = await withCaps([{ channels: ["shut:x"], allow: ["sub"] }], { user: "" });
    assert.deepEqual(rightsIn(session, "shut:x"), ["sub"]);
  });

  it("end at channels of the operator, of other users, and of users that the name lists", async () => {
    const session = await withCaps(everything);
    for (const name of ["admin:x", "system:x", "user:7:inbox", "shut:dialog#7,8"])
      assert.deepEqual(rightsIn(session, name), [], name);
    assert.deepEqual(rightsIn(session, "user:42:inbox"), ["sub", "pub", "prs", "hst"]);
    assert.deepEqual(rightsIn(session, "tenant:default:orders"), ["sub", "pub", "prs", "hst"]);
    assert.deepEqual(rightsIn(session, "shut:dialog#7,42"), ["sub", "pub", "prs", "hst"]);
  });

  it("never reach another tenant or the operator, whatever they say", async () => {
    const part = fc.oneof(fc.constantFrom("*", "x", "a", "b", "42", "7", "..", "a/b"), fc.string({ maxLength: 6 }));
    const name = fc.oneof(
      fc.tuple(fc.constantFrom<string>(...scopeNames, "shut"), part, part).map((parts) => parts.join(":")),
      part,
    );
    const caps = fc.oneof(
      fc.constant(everything),
      fc
        .record({ channels: fc.array(name.filter((each) => each !== "")), allow: fc.constant(["sub", "pub"]) })
        .map((cap) => [cap]),
      fc.constant([{ channels: [".*"], match: "regex", allow: ["sub", "pub", "prs", "hst"] }]),
    );
    const identity = fc.record({
      tenant: fc.constantFrom("a", "b"),
      user: fc.constantFrom("", "42"),
      platform: fc.boolean(),
      roles: fc.constantFrom([], ["auditor2"], ["editor"]),
    });
    await fc.assert(
      fc.asyncProperty(caps, identity, name, async (granted, who, wanted) => {
        const session = await withCaps(granted, who);
        try {
          const channel = resolveChannel(wanted, session, ground.hub.names);
          const rights = rightsIn(session, wanted);
          if (channel.owner !== who.tenant || channel.scope === "admin" || channel.scope === "system") {
            assert.deepEqual(rights, [], wanted);
          }
          if (channel.scope === "user" && channel.user !== who.user) assert.deepEqual(rights, [], wanted);
        } catch (error) {
          assert.ok(error instanceof HubError, String(error));
        } finally {
          session.closed(1000);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("say where they cannot be read and what was expected", () => {
    const many = (count: number, match: string) => [
      { channels: Array.from({ length: count }, (_, n) => `c${n}`), match, allow: ["sub"] },
    ];
    for (const [caps, message] of [
      [{}, "caps: expected an array"],
      [["news"], "caps[0]: expected an object"],
      [[{ channels: "news", allow: ["sub"] }], "caps[0].channels: expected an array of strings"],
      [[{ channels: ["news"], allow: ["read"] }], "caps[0].allow: expected sub, pub, prs, hst"],
      [[{ channels: ["news"], allow: ["sub"], match: "glob" }], "caps[0].match: expected exact, wildcard or regex"],
      [[{ channels: [""], allow: ["sub"] }], "caps[0].channels: expected 1 to 255 characters"],
      [[{ channels: ["(a)\\1"], match: "regex", allow: ["sub"] }], "caps[0].channels: \\1 is not understood"],
      [many(257, "exact"), "caps[0].channels: more than 256 channels in all"],
      [many(17, "regex"), "caps[0].channels: more than 16 expressions in all"],
      [Array.from({ length: 65 }, () => ({})), "caps: more than 64 entries"],
    ] as const)
      assert.throws(
        () => parseCapabilities(caps),
        (error: Error) => error instanceof RightsError && error.message === message,
        message,
      );
  });

  it("make of any JSON capabilities or a RightsError", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, channel) => {
        try {
          parseCapabilities(value).allows("sub", channel);
          parseLabels(value);
        } catch (error) {
          assert.ok(error instanceof RightsError, String(error));
        }
      }),
    );
  });
});

describe("labels", () => {
  it("are texts by name, within limits", () => {
    assert.deepEqual(parseLabels({ device: "tv" }), { device: "tv" });
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`l${n}`, ""]));
    for (const [labels, message] of [
      [[], "labels: expected an object"],
      [{ a: 1 }, "labels: expected strings as values"],
      [{ a: "x".repeat(129) }, "labels: names and values are at most 128 characters long"],
      [many, "labels: more than 32"],
    ] as const)
      assert.throws(() => parseLabels(labels), { name: "RightsError", message });
  });
});
