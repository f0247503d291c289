import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySchemaStore } from "../engines/memory/index.ts";
import {
  type Channel,
  type ChannelKey,
  closedNamespace,
  HubError,
  type SchemaOrder,
  type SchemaStore,
  type Schemas,
} from "../hub/index.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { type ConfiguredSchema, createSchemas } from "./index.ts";

const clock = createVirtualClock();
const open = (store: SchemaStore = createMemorySchemaStore(), configured: readonly ConfiguredSchema[] = []) =>
  createSchemas({ configured, store, clock, log: silentLog });

const channelOf = (owner: string, name: string, requireSchema = false): Channel => ({
  key: `${owner}/${name}` as ChannelKey,
  name,
  owner,
  scope: "namespace",
  namespace: { ...closedNamespace, requireSchema },
  isPrivate: false,
  user: "",
  allowedUsers: [],
  rest: "",
  resource: "",
  isWildcard: false,
});
const number = { type: "object", required: ["n"], properties: { n: { type: "number" } } };
const order = (rest: Partial<SchemaOrder> = {}): SchemaOrder => ({
  name: "numbers",
  channels: ["numbers:*"],
  schema: JSON.stringify(number),
  force: false,
  ...rest,
});
const numbers = (owner = "acme"): Channel => channelOf(owner, "numbers:1");
const GOOD = '{"n":1}';
const BAD = '{"n":"1"}';

async function refusal(check: () => unknown): Promise<string> {
  try {
    await check();
  } catch (error) {
    assert.ok(error instanceof HubError, String(error));
    return error.message;
  }
  return "";
}
const checking = (schemas: Schemas, channel: Channel, data: string | Uint8Array): Promise<string> =>
  refusal(() => schemas.check(channel, data));

describe("schemas of a tenant", () => {
  it("are asked of its channels of the pattern, and of nobody else's", async () => {
    const schemas = await open();
    const { force: _, ...kept } = order();
    assert.deepEqual(await schemas.put("acme", order()), { ...kept, version: 1, fixed: false });
    assert.equal(await checking(schemas, numbers(), GOOD), "");
    assert.equal(
      await checking(schemas, numbers(), BAD),
      "data does not fit the schema: numbers version 1: n: expected number",
    );
    assert.equal(await checking(schemas, numbers("other"), BAD), "");
    assert.equal(await checking(schemas, numbers(""), BAD), "");
    assert.equal(await checking(schemas, channelOf("acme", "letters:1"), BAD), "");
  });

  it("take bytes that are JSON, and refuse all others", async () => {
    const schemas = await open();
    await schemas.put("acme", order());
    assert.equal(await checking(schemas, numbers(), Buffer.from(GOOD)), "");
    for (const data of ["{", "", Buffer.from([0xff, 0xfe]), Buffer.from(BAD)]) {
      assert.match(await checking(schemas, numbers(), data), /expected JSON|n: expected number/);
    }
  });

  it("answer at once when they are known", async () => {
    const schemas = await open();
    await schemas.put("acme", order());
    assert.equal(schemas.check(numbers(), GOOD), undefined);
    assert.throws(() => schemas.check(numbers(), BAD), HubError);
  });

  it("are missed where a namespace needs one", async () => {
    const schemas = await open();
    const needs = channelOf("acme", "numbers:1", true);
    assert.match(await checking(schemas, needs, GOOD), /need a schema, and none is known/);
    await schemas.put("acme", order());
    assert.equal(await checking(schemas, needs, GOOD), "");
    await schemas.remove("acme", "numbers");
    assert.match(await checking(schemas, needs, GOOD), /need a schema/);
    await schemas.remove("acme", "numbers");
  });
});

describe("a change of a schema", () => {
  it("gets the next version, and none when it says nothing new", async () => {
    const schemas = await open();
    const wider = { ...number, properties: { ...number.properties, note: { type: "string" } } };
    assert.equal((await schemas.put("acme", order())).version, 1);
    assert.equal((await schemas.put("acme", order({ schema: JSON.stringify(number, undefined, 1) }))).version, 1);
    assert.equal((await schemas.put("acme", order({ schema: JSON.stringify(wider) }))).version, 2);
    assert.equal((await schemas.put("acme", order({ schema: JSON.stringify(wider), channels: ["*"] }))).version, 3);
    assert.match(await checking(schemas, numbers(), '{"n":1,"note":1}'), /numbers version 3: note: expected string/);
    assert.deepEqual(
      (await schemas.list("acme")).map(({ name, version }) => [name, version]),
      [["numbers", 3]],
    );
  });

  it("is refused when it is not compatible, unless it is forced", async () => {
    const schemas = await open();
    await schemas.put("acme", order());
    const other = order({ schema: '{"type":"object"}' });
    assert.match(
      await refusal(() => schemas.put("acme", other)),
      /not compatible with version 1: required names other members; say force/,
    );
    assert.equal((await schemas.put("acme", { ...other, force: true })).version, 2);
    assert.equal(await checking(schemas, numbers(), BAD), "");
  });

  it("can insist on its version", async () => {
    const schemas = await open();
    assert.match(await refusal(() => schemas.put("acme", order({ version: 2 }))), /the next version of numbers is 1/);
    assert.equal((await schemas.put("acme", order({ version: 1 }))).version, 1);
  });

  it("is refused for names, patterns and schemas that are none", async () => {
    const schemas = await open();
    for (const wrong of [{ name: "" }, { name: "a b" }, { channels: [] }, { channels: [""] }, { schema: "[]" }]) {
      assert.match(await refusal(() => schemas.put("acme", order(wrong))), /^bad request: /);
    }
    assert.deepEqual(await schemas.list("acme"), []);
  });

  it("by many at the same time gives each its own version", async () => {
    const store = createMemorySchemaStore();
    const nodes = [await open(store), await open(store)];
    const changes = Array.from({ length: 4 }, (_, n) => {
      const schema = JSON.stringify({ type: "object", title: `t${n}`, maxProperties: n });
      return nodes[n % 2]?.put("acme", order({ schema, force: true }));
    });
    const versions = (await Promise.all(changes)).map((record) => record?.version);
    assert.deepEqual([...versions].sort(), [1, 2, 3, 4]);
  });

  it("reaches other nodes when they are told, and after a while when they are not", async () => {
    const store = createMemorySchemaStore();
    const [one, two] = [await open(store), await open(store)];
    assert.equal(await checking(two, numbers(), BAD), "");
    await one.put("acme", order());
    two.changed("acme");
    await two.list("acme");
    assert.match(await checking(two, numbers(), BAD), /n: expected number/);
    await one.remove("acme", "numbers");
    clock.advance(30_000);
    await two.list("acme");
    assert.equal(await checking(two, numbers(), BAD), "");
    one.stop();
    two.stop();
  });
});

describe("when the store is away", () => {
  it("known schemas stay in force, and unknown ones let nothing pass", async () => {
    const store = createMemorySchemaStore();
    let away = false;
    const shaky: SchemaStore = {
      ...store,
      load: async (tenant) => {
        if (away) throw new HubError("unavailable");
        return store.load(tenant);
      },
    };
    const schemas = await open(shaky);
    await schemas.put("acme", order());
    assert.match(await checking(schemas, numbers(), BAD), /n: expected number/);
    away = true;
    schemas.changed();
    await new Promise(setImmediate);
    assert.match(await checking(schemas, numbers(), BAD), /n: expected number/);
    assert.match(await checking(schemas, numbers("other"), GOOD), /temporarily unavailable/);
    away = false;
    assert.equal(await checking(schemas, numbers("other"), GOOD), "");
  });

  it("forgets tenants that are silent, and reads them again when they speak", async () => {
    const store = createMemorySchemaStore();
    let loads = 0;
    const counted: SchemaStore = {
      ...store,
      load: (tenant) => {
        loads++;
        return store.load(tenant);
      },
    };
    const schemas = await open(counted);
    const seen = async (): Promise<number> => {
      await schemas.check(numbers(), GOOD);
      return loads;
    };
    assert.equal(await seen(), 1);
    assert.equal(await seen(), 1);
    clock.advance(30_000);
    await new Promise(setImmediate);
    clock.advance(300_000);
    await new Promise(setImmediate);
    assert.equal(loads, 2);
    assert.equal(await seen(), 3);
  });
});

describe("schemas of the configuration", () => {
  const schema = JSON.stringify(number);
  const shared = { name: "shared", version: 4, channels: ["numbers:*", "admin:n"], schema };

  it("count for every tenant and the platform, or for one tenant, and nobody changes them", async () => {
    const own = { ...shared, tenant: "acme", name: "own", channels: ["own:*"], version: 1 };
    const schemas = await open(createMemorySchemaStore(), [shared, own]);
    assert.match(await checking(schemas, channelOf("", "admin:n"), BAD), /shared version 4: n: expected number/);
    assert.match(await checking(schemas, numbers("anyone"), BAD), /shared version 4/);
    assert.match(await checking(schemas, channelOf("acme", "own:1"), BAD), /own version 1/);
    assert.equal(await checking(schemas, channelOf("other", "own:1"), BAD), "");
    assert.match(await refusal(() => schemas.put("acme", order({ name: "own" }))), /part of the configuration/);
    assert.match(await refusal(() => schemas.remove("acme", "shared")), /part of the configuration/);
    assert.deepEqual(
      (await schemas.list("acme")).map(({ name, fixed }) => [name, fixed]),
      [
        ["shared", true],
        ["own", true],
      ],
    );
  });

  it("cannot be loosened by a tenant: a publication has to fit all that count", async () => {
    const schemas = await open(createMemorySchemaStore(), [shared]);
    await schemas.put("acme", order({ name: "loose", channels: ["*"], schema: '{"maxProperties":1}' }));
    assert.match(await checking(schemas, numbers(), BAD), /shared version 4/);
    assert.match(await checking(schemas, numbers(), '{"n":1,"m":1}'), /loose version 1/);
  });

  it("that are none are refused by name", async () => {
    await assert.rejects(
      open(createMemorySchemaStore(), [{ ...shared, schema: '{"type":"x"}' }]),
      /^SchemaError: shared: /,
    );
  });
});
