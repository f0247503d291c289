import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { errors, HubError } from "../../hub/index.ts";
import { startContinuity } from "./continuity.fixture.ts";
import type { RedisLinkOptions } from "./index.ts";
import { type RedisServer, startRedisServer } from "./processes/redis-server.fixture.ts";
import { startEngine } from "./redis-ground.fixture.ts";

/** As docs/en/redis.md has it. */
const RIGHTS = "~altavoz* &altavoz* +@all -@dangerous +info +cluster|slots";
const kept = { stream: { size: 100, ttlMs: 60_000, metaTtlMs: 600_000 } };

/** Whether publications flow over this link, or why it does not open. */
async function works(link: RedisLinkOptions, prefix = "altavoz"): Promise<void> {
  const flow = await startContinuity(link, { prefix, channels: 1 });
  try {
    await flow.flows();
  } finally {
    await flow.stop();
  }
}

async function withServer(
  options: Parameters<typeof startRedisServer>[0],
  run: (server: RedisServer) => Promise<void>,
): Promise<void> {
  const server = await startRedisServer(options);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

describe("the way to Redis", { timeout: 60_000 }, () => {
  it("leads through TLS to a server of a private authority, and to no other", () =>
    withServer({ tls: true, password: "secret" }, async ({ host, port, certificates }) => {
      const server = { host, port, password: "secret" };
      const ca = await readFile(certificates?.ca ?? "", "utf8");
      await works({ servers: [{ ...server, tls: { ca } }] });
      await assert.rejects(works({ servers: [{ ...server, tls: {} }] }), /engine\.redis\.tls/);
    }));

  it("leads over a unix socket as an ACL user with no more rights than it needs, and names the option that is wrong", () =>
    withServer({ users: [`ana on >secret ${RIGHTS}`], password: "other" }, async ({ socket: path }) => {
      const server = { path, username: "ana", password: "secret" };
      await works({ servers: [server], waitReplicas: { count: 0, timeoutMs: 100 } });
      await assert.rejects(works({ servers: [server] }, "others"), /NOPERM/);
      await assert.rejects(
        works({ servers: [{ ...server, password: "wrong" }] }),
        /engine\.redis\.user and engine\.redis\.password/,
      );
    }));

  it("says that a server is not a Cluster", () =>
    withServer({}, async ({ host, port }) => {
      const cluster = { seeds: [{ host, port }], partitions: 4 };
      await assert.rejects(works({ servers: [{ cluster }] }), /engine\.redis\.cluster_address/);
    }));

  it("refuses at once while the server is a replica, and goes on when it is a master again", async () => {
    await withServer({}, async (server) =>
      withServer({}, async (other) => {
        const engine = await startEngine(server);
        const key = "channel:one" as Parameters<typeof engine.broker.publish>[0];
        const publish = (): Promise<unknown> => engine.broker.publish(key, { data: "1", offset: 0 }, kept);
        const code = (): Promise<number> =>
          publish().then(
            () => 0,
            (error) => (error instanceof HubError ? error.code : -1),
          );
        assert.equal(await code(), 0);
        await server.call("REPLICAOF", other.host, other.port);
        while ((await code()) === 0) await pause(5);
        assert.equal(await code(), errors.unavailable.code);
        await server.call("REPLICAOF", "NO", "ONE");
        while ((await code()) !== 0) await pause(5);
        await engine.stop();
      }),
    );
  });
});

describe("wait_replicas", { timeout: 60_000 }, () => {
  it("acknowledges what the replica has, and nothing else; a retry says the same until the replica has it", async () => {
    await withServer({ config: ["--repl-diskless-sync-delay", "0"] }, async (master) => {
      const config = ["--replicaof", `${master.host} ${master.port}`];
      await withServer({ config }, async (replica) => {
        await replica.line(/MASTER <-> REPLICA sync: Finished with success/);
        const { host, port } = master;
        const waitReplicas = { count: 1, timeoutMs: 300 };
        const flow = await startContinuity({ servers: [{ host, port }], waitReplicas }, { channels: 1 });
        await flow.flows();
        const { broker } = flow.publisher;
        const key = "channel:one" as Parameters<typeof broker.publish>[0];
        const publish = (data: string): Promise<unknown> =>
          broker.publish(key, { data, offset: 0 }, { ...kept, idempotency: { key: data, ttlMs: 60_000 } });
        await publish("both have it");
        replica.pause();
        const unknown = (error: unknown): boolean =>
          error instanceof HubError && error.code === errors.outcomeUnknown.code;
        await assert.rejects(publish("one has it"), unknown);
        await assert.rejects(publish("one has it"), unknown);
        const { publications } = await broker.history(key, { limit: -1, metaTtlMs: 600_000 });
        assert.deepEqual(
          publications.map(({ data }) => data),
          ["both have it", "one has it"],
        );
        replica.resume();
        const again = (await publish("one has it")) as { readonly suppressed: boolean };
        assert.equal(again.suppressed, true);
        await flow.stop();
      });
    });
  });
});
