import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { createGround, type Ground, openNamespace, TestOutlet } from "../hub/hub-ground.fixture.ts";
import {
  type Application,
  type ConnectResult,
  connect,
  DisconnectError,
  HubError,
  publish,
  rpc,
  subscribe,
} from "../hub/index.ts";
import { systemClock } from "../kit/clock.ts";
import { silentLog } from "../kit/log.ts";
import { readConnect, readPublish, readRefresh, readRpc, readSubRefresh, readSubscribe } from "./answers.ts";
import { BackendFault } from "./backend-fault.ts";
import { type BackendServer, startBackendServer } from "./backend-server.fixture.ts";
import { createProxies } from "./proxies.ts";
import { readVerdict } from "./verdict.ts";

const readers = [readConnect, readPublish, readRefresh, readRpc, readSubRefresh, readSubscribe];

const names = [
  "user tenant expire_at info b64info data b64data channels subs meta caps labels expired override allow server_tags_filter",
  "tags skip_history idempotency_key delta version version_epoch value code message temporary reason __proto__",
].flatMap((line) => line.split(" "));
const channels = ["open:a", "tenant:other:x", "admin:x", "system:x", "user:7:x", "nowhere:x", "", "open:\u0000"];

const leaf = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("", "other", "acme", "e30=", 0, 1, 4000, 1e9, 4e9, true, null, "x".repeat(200)),
  fc.constantFrom(...channels),
  fc.array(fc.constantFrom(...channels), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...channels), fc.constantFrom({}, null, { expire_at: 4e9 }, 1), { maxKeys: 3 }),
);
const object = fc.dictionary(fc.constantFrom(...names), leaf, { maxKeys: 8 });
const answers = fc.oneof(
  { weight: 6, arbitrary: object.map((result) => JSON.stringify({ result })) },
  { weight: 1, arbitrary: object.map((error) => JSON.stringify({ error })) },
  { weight: 1, arbitrary: object.map((disconnect) => JSON.stringify({ disconnect })) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
);

const isSpoken = (error: unknown): boolean => error instanceof HubError || error instanceof DisconnectError;

describe("any answer of a backend", () => {
  it("means something or is a fault, and never something else", () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(...readers), (text, read) => {
        try {
          const result = readVerdict(text);
          if (result) read(result);
        } catch (error) {
          assert.ok(isSpoken(error) || error instanceof BackendFault, String(error));
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("whatever a backend answers", () => {
  let server: BackendServer;
  let ground: Ground;
  before(async () => {
    server = await startBackendServer();
    const backend = {
      name: "b",
      endpoint: server.url,
      timeoutMs: 10_000,
      headers: { http: [], emulated: [], fixed: {} },
      includeMeta: true,
      binary: false,
      statusTransforms: [],
      maxResponseBytes: 100_000,
      maxConcurrency: 8,
      breaker: { failures: 0, openMs: 1 },
    };
    const application: Application = createProxies({
      backends: [backend],
      connect: "b",
      rpc: { boundary: ":", backends: new Map([["", "b"]]) },
      clock: systemClock,
      log: silentLog,
      emit: () => {},
    });
    const backends = { subscribe: "b", publish: "b", subRefresh: "b" };
    ground = await createGround({ application, namespaces: [{ ...openNamespace, backends }] });
  });
  after(async () => {
    await ground.hub.stop();
    await server.stop();
  });

  async function spoken<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      assert.ok(isSpoken(error), String(error));
      return undefined;
    }
  }

  it("a connection stays in its tenant, gets no channel of another, and the hub goes on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 4, maxLength: 4 }), async (texts) => {
        let next = 0;
        server.respond = (_, response) => void response.end(texts[next++ % texts.length]);
        const { session, outlet } = await ground.join({ identity: { user: "42", tenant: "acme" } });
        await spoken(subscribe(ground.hub, session, { channel: "open:a", token: "", reply: () => {} }));
        await spoken(publish(ground.hub, session, { channel: "open:a", data: "1" }));
        await spoken(rpc(ground.hub, session, { method: "m", data: "1" }));
        assert.equal(session.tenant.id, "acme");
        assert.equal(session.identity.user, "42");
        for (const { channel } of session.subscriptions.values()) assert.equal(channel.owner, "acme");
        assert.ok(outlet instanceof TestOutlet);
        session.closed(1000);
      }),
      { numRuns: 60 },
    );
  });

  it("a client that connects is of the tenant that was named or of none, and never an operator", async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (text) => {
        server.respond = (_, response) => void response.end(text);
        const { session } = ground.open();
        const replies: ConnectResult[] = [];
        const request = { token: "", name: "", recover: new Map(), headerUser: "" };
        await spoken(connect(ground.hub, session, { ...request, reply: (result) => void replies.push(result) }));
        if (replies.length > 0) {
          const { tenant } = (JSON.parse(text) as { result: { tenant?: string | null } }).result;
          assert.equal(session.tenant.id, tenant || "default");
          assert.equal(session.isAdmin, false);
          assert.deepEqual(session.identity.roles, []);
          for (const { channel } of session.subscriptions.values()) assert.equal(channel.owner, session.tenant.id);
        }
        session.closed(1000);
      }),
      { numRuns: 200 },
    );
  });
});
