import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type RedisServer, startRedisServer } from "../engines/redis/processes/redis-server.fixture.ts";
import { startTestHub, type TestHub } from "../testing.ts";

const number = { type: "object", required: ["n"], properties: { n: { type: "number" } } };
const order = { name: "numbers", channels: ["tenant:default:numbers"], schema: number };
const misfit = /numbers version \d: n: expected number/;

describe("schemas of nodes over Redis", () => {
  let redis: RedisServer;
  const running = new Set<TestHub>();

  before(async () => {
    redis = await startRedisServer();
  });
  after(async () => {
    await Promise.all([...running].map((node) => node.stop()));
    await redis.stop();
  });

  async function start(): Promise<TestHub> {
    const node = await startTestHub({ config: { engine: { type: "redis", redis: { address: redis.url } } } });
    running.add(node);
    return node;
  }
  async function stop(node: TestHub): Promise<void> {
    running.delete(node);
    await node.stop();
  }
  const publish = (node: TestHub, n: unknown): Promise<unknown> =>
    node.api("publish", { channel: "tenant:default:numbers", data: { n } });

  it("count on the other nodes as soon as they have heard of it, and survive all of them", async () => {
    const [one, two] = [await start(), await start()];
    await publish(two, "1");
    const heard = new Promise<void>((resolve) => {
      two.hub.onControl("schemas", (message) => {
        two.hub.schemas?.changed(String(message.tenant));
        resolve();
      });
    });
    await one.api("set_schema", order);
    await assert.rejects(publish(one, "1"), misfit);
    await heard;
    // What is asked after the order was heard waits for what is read because of it.
    await two.api("schemas", {});
    await assert.rejects(publish(two, "1"), misfit);
    await publish(two, 1);
    await Promise.all([stop(one), stop(two)]);
    const third = await start();
    await assert.rejects(publish(third, "1"), misfit);
    await third.api("remove_schema", { name: "numbers" });
    await publish(third, "1");
  });

  it("get each version once, whichever node changes them", async () => {
    const [one, two] = [await start(), await start()];
    const wider = (name: string): object => ({ ...number, properties: { ...number.properties, [name]: {} } });
    await one.api("set_schema", order);
    const answers = await Promise.all(
      [one, two].map((node, i) => node.api("set_schema", { ...order, schema: wider(`m${i}`), force: true })),
    );
    const versions = answers.map((answer) => (answer as { version: number }).version);
    assert.deepEqual(versions.sort(), [2, 3]);
  });
});
