import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../kit/clock.ts";
import { randomIds } from "../../../kit/ids.ts";
import { silentLog } from "../../../kit/log.ts";
import { type Link, NotSent, type Partition, Unanswered } from "../link.ts";
import { type RedisServer, startRedisServer } from "../processes/redis-server.fixture.ts";
import { createScript } from "../script.ts";
import { createSingleLink } from "./single.ts";

const echo = createScript("echo-1.lua", "-- KEYS   any\n-- ARGV   text\n-- Result\nreturn {KEYS[1], ARGV[1]}\n");

async function isRefused(partition: Partition): Promise<boolean> {
  try {
    await partition.send({ name: "PING", args: [] });
    return false;
  } catch (error) {
    if (error instanceof Unanswered) return false;
    assert.ok(error instanceof NotSent);
    return true;
  }
}

describe("a link to a single Redis", () => {
  let server: RedisServer;
  const links: Link[] = [];
  before(async () => {
    server = await startRedisServer();
  });
  after(async () => {
    for (const link of links) await link.close();
    await server.stop();
  });

  interface Opened {
    readonly partition: Partition;
    readonly messages: [string, Buffer][];
    next(): Promise<void>;
    interrupted(): Promise<void>;
  }

  async function open({ host, port }: { host: string; port: number } = server): Promise<Opened> {
    const link = createSingleLink({
      name: `${host}:${port}`,
      server: { host, port },
      clock: systemClock,
      ids: randomIds,
      log: silentLog,
    });
    links.push(link);
    const messages: [string, Buffer][] = [];
    const arrivals: (() => void)[] = [];
    const interruptions: (() => void)[] = [];
    await link.open({
      message(channel, payload) {
        messages.push([channel, payload]);
        for (const arrived of arrivals.splice(0)) arrived();
      },
      interrupted() {
        for (const told of interruptions.splice(0)) told();
      },
    });
    return {
      partition: link.partitionOf(""),
      messages,
      next: () => new Promise((resolve) => arrivals.push(resolve)),
      interrupted: () => new Promise((resolve) => interruptions.push(resolve)),
    };
  }

  it("carries every byte, in commands, scripts, transactions and messages", async () => {
    const { partition, messages, next } = await open();
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));
    const arrived = next();
    await partition.subscribe("ü");
    await partition.send({ name: "PUBLISH", args: ["ü", bytes] });
    await arrived;
    assert.deepEqual(messages, [["ü", bytes]]);
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await partition.send({ script: echo, keys: ["k"], args: [bytes] }), [Buffer.from("k"), bytes]);
    }
    const replies = await partition.transaction([
      { name: "SET", args: ["bytes", bytes] },
      { name: "GET", args: ["bytes"] },
      { script: echo, keys: ["k"], args: [bytes] },
      { name: "HGETALL", args: ["nothing"] },
    ]);
    assert.deepEqual(replies, [Buffer.from("OK"), bytes, [Buffer.from("k"), bytes], []]);
  });

  it("repairs a script that Redis has forgotten", async () => {
    const { partition } = await open();
    await partition.send({ script: echo, keys: ["k"], args: ["1"] });
    await server.call("SCRIPT", "FLUSH");
    assert.deepEqual(await partition.send({ script: echo, keys: ["k"], args: ["2"] }), [
      Buffer.from("k"),
      Buffer.from("2"),
    ]);
  });

  it("carries out the commands of one turn in their order", async () => {
    const { partition } = await open();
    const key = randomIds.letters(8);
    const replies = await Promise.all(Array.from({ length: 100 }, () => partition.send({ name: "INCR", args: [key] })));
    assert.deepEqual(
      replies,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it("subscribes to thousands of channels in batches, and the last call wins", async () => {
    const { partition } = await open();
    const channels = Array.from({ length: 5_000 }, (_, index) => `many:${index}`);
    await Promise.all(channels.map((channel) => partition.subscribe(channel)));
    assert.equal(await server.call("PUBSUB", "NUMPAT"), 0);
    assert.equal(((await server.call("PUBSUB", "CHANNELS", "many:*")) as unknown[]).length, 5_000);
    await Promise.all(
      channels.flatMap((channel) => [
        partition.unsubscribe(channel),
        partition.subscribe(channel),
        partition.unsubscribe(channel),
      ]),
    );
    assert.deepEqual(await server.call("PUBSUB", "CHANNELS", "many:*"), []);
  });

  it("subscribes again after its connection was killed, and tells that messages may be lost", async () => {
    const { partition, interrupted, messages, next } = await open();
    const channels = Array.from({ length: 2_000 }, (_, index) => `again:${index}`);
    await Promise.all(channels.map((channel) => partition.subscribe(channel)));
    const told = interrupted();
    await server.call("CLIENT", "KILL", "TYPE", "pubsub");
    await told;
    const arrived = next();
    await partition.send({ name: "PUBLISH", args: ["again:1999", "back"] });
    await arrived;
    assert.equal(messages.length, 1);
  });

  it("names the process that answers, and refuses at once while nobody does", async () => {
    const { partition, interrupted } = await open();
    const { generation } = partition;
    assert.match(generation, /^[0-9a-f]{40}$/);
    const told = interrupted();
    await server.kill();
    while (!(await isRefused(partition)));
    await server.restart();
    await told;
    assert.deepEqual(await partition.send({ name: "PING", args: [] }), Buffer.from("PONG"));
    assert.notEqual(partition.generation, generation);
  });

  it("leads commands and messages to one process, also when the address moves to another", async () => {
    const other = await startRedisServer();
    let target = server;
    const relay = createServer((inward) => {
      const outward = connect(target.port, target.host);
      inward.pipe(outward).pipe(inward);
      for (const socket of [inward, outward])
        socket.on("error", () => {}).on("close", () => [inward, outward].map((each) => each.destroy()));
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const { port } = relay.address() as AddressInfo;
    const { partition, interrupted, next } = await open({ host: "127.0.0.1", port });
    const { generation } = partition;
    await partition.subscribe("moved");
    const told = interrupted();
    target = other;
    // The old process goes on, and commands still reach it.
    await server.call("CLIENT", "KILL", "TYPE", "pubsub");
    await told;
    while (partition.generation === generation) await other.call("PING");
    while (await isRefused(partition)) await other.call("PING");
    const arrived = next();
    await partition.send({ name: "PUBLISH", args: ["moved", "here"] });
    await arrived;
    relay.close();
    await other.stop();
  });
});
