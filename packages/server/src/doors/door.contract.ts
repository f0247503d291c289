import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { disconnects, errors, unsubscribes } from "../hub/index.ts";
import type { TestHub } from "../testing.ts";
import {
  createGround,
  type DoorClient,
  type DoorDriver,
  type Follower,
  follow,
  type Ground,
  type Received,
  Refusal,
} from "./door-ground.fixture.ts";

export interface DoorContractOptions {
  readonly driver: DoorDriver;
  /** Sentence of a test that this door does not run, and why. */
  readonly declines?: Readonly<Record<string, string>>;
}

/** Every promise to a client, black box, over real sockets, as tests that each door runs. */
export function doorContract(name: string, { driver, declines = {} }: DoorContractOptions): void {
  const sentences = {
    ...refusing,
    ...subscribing,
    ...order,
    ...recovery,
    ...publishing,
    ...presence,
    ...slowReader,
    ...tenants,
    ...drain,
    ...badInput,
  };
  for (const [sentence, reason] of Object.entries(declines)) {
    assert.ok(Object.hasOwn(sentences, sentence), `declined, but not in the contract: ${sentence}`);
    assert.notEqual(reason, "", `declined without a reason: ${sentence}`);
  }
  describe(`door contract: ${name}`, () => {
    for (const [sentence, prove] of Object.entries(sentences)) {
      if (Object.hasOwn(declines, sentence)) continue;
      it(sentence, { timeout: 30_000 }, async () => {
        const ground = createGround(driver);
        try {
          await prove(ground);
        } finally {
          await ground.close();
        }
      });
    }
  });
}

type Proofs = Readonly<Record<string, (ground: Ground) => Promise<void>>>;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const offsets = (list: readonly Received[]): number[] => list.map(({ offset }) => offset);
const contents = (list: readonly Received[]): unknown[] => list.map(({ data }) => data);
const arrived = ({ pushes }: DoorClient, channel: string): unknown[] =>
  pushes.flatMap((push) => (push.type === "publication" && push.channel === channel ? [push.data] : []));

async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof Refusal, outcome === undefined ? "should be refused" : String(outcome));
  return outcome;
}

const gone = (client: DoorClient): Promise<void> =>
  client.until(() => client.ended !== undefined, "the end of the connection");

/** Resolves when the server has noticed the end of a connection. */
const nextEnd = (server: TestHub): Promise<void> =>
  new Promise((resolve) => {
    server.hub.listen(({ type }) => {
      if (type === "disconnected") resolve();
    });
  });

async function keptIn(server: TestHub, channel: string): Promise<Received[]> {
  const { publications } = (await server.api("history", { channel, limit: -1 })) as { publications: Received[] };
  return publications;
}

/** Shows that a client is served as if nothing had happened. */
async function assertUndisturbed(client: DoorClient, channel: string): Promise<void> {
  const mark = crypto.randomUUID();
  await client.publish(channel, mark);
  await client.until(() => arrived(client, channel).includes(mark), "a publication to an innocent client");
  assert.equal(client.ended, undefined);
}

/** What a protocol without this part should say in its declines. */
const lacking = "give it, or decline with a reason";

/** A client that is let in and has not said who it is. */
async function opened(ground: Ground, server: TestHub): Promise<DoorClient> {
  const client = ground.client(server);
  assert.ok(client.open, lacking);
  await client.open();
  return client;
}

const refusing: Proofs = {
  "A page of a foreign origin is refused with 403, one of the same host is let in": async (ground) => {
    const server = await ground.start();
    const { port } = new URL(server.url);
    const token = await server.token({ user: "ana" });
    for (const origin of ["https://evil.example", "null"]) {
      assert.equal((await refusal(ground.client(server, { origin }).connect(token))).code, 403);
    }
    await ground.client(server, { origin: `http://127.0.0.1:${port}` }).connect(token);
    await ground.client(server).connect(token);
  },

  "A page of an allowed origin is let in, no other": async (ground) => {
    const server = await ground.start({ client: { allowed_origins: ["https://*.example.com"] } });
    const token = await server.token({ user: "ana" });
    await ground.client(server, { origin: "https://app.example.com" }).connect(token);
    const foreign = ground.client(server, { origin: "https://app.example.com.evil.example" });
    assert.equal((await refusal(foreign.connect(token))).code, 403);
  },

  "A client without credentials is sent away for good": async (ground) => {
    const client = ground.client(await ground.start());
    const { code } = await refusal(client.connect(""));
    assert.equal(code, disconnects.badRequest.code);
    await gone(client);
  },

  "A token that is forged is sent away for good, one that has expired may be renewed": async (ground) => {
    const server = await ground.start();
    const [header, claims] = (await server.token({ user: "ana" })).split(".");
    const [, , signature] = (await server.token({ user: "eva" })).split(".");
    for (const forged of ["token", `${header}.${claims}.`, `${header}.${claims}.${signature}`]) {
      const client = ground.client(server);
      assert.equal((await refusal(client.connect(forged))).code, disconnects.invalidToken.code, forged);
      await gone(client);
    }
    const late = ground.client(server);
    assert.equal((await refusal(late.connect(await server.token({ user: "ana", ttl: -60 })))).code, 109);
  },

  "A client that does not say in time who it is is sent away": async (ground) => {
    const server = await ground.start({ client: { stale_close_delay: "500ms" } });
    const silent = await opened(ground, server);
    const prompt = await ground.join(server, "ana");
    await prompt.subscribe("open:a");
    await gone(silent);
    assert.deepEqual(silent.ended, disconnects.stale);
    await assertUndisturbed(prompt, "open:a");
  },

  "Over the limit of connections a new client is refused with 503 until another leaves": async (ground) => {
    const server = await ground.start({ client: { connection_limit: 1 } });
    const first = await ground.join(server, "ana");
    assert.equal((await refusal(ground.join(server, "eva"))).code, 503);
    const left = nextEnd(server);
    first.cut();
    await left;
    await ground.join(server, "eva");
  },
};

const subscribing: Proofs = {
  "After subscribe every publication arrives, after unsubscribe none": async (ground) => {
    const server = await ground.start();
    const [client, other] = [await ground.join(server, "ana"), await ground.join(server, "eva")];
    await other.subscribe("plain:a");
    await client.subscribe("plain:a");
    await client.subscribe("plain:b");
    await server.api("publish", { channel: "plain:a", data: 1 });
    await client.publish("plain:a", 2);
    await client.unsubscribe("plain:a");
    await server.api("publish", { channel: "plain:a", data: 3 });
    await server.api("publish", { channel: "plain:b", data: "marker" });
    await client.until(() => arrived(client, "plain:b").length === 1, "the marker");
    assert.deepEqual(arrived(client, "plain:a"), [1, 2]);
    assert.deepEqual(arrived(other, "plain:a"), [1, 2, 3]);
  },

  "A client that subscribes and publishes in one breath gets its own publication": async (ground) => {
    const server = await ground.start();
    const client = await ground.join(server, "ana");
    for (const number of upTo(20)) {
      const channel = `open:${number}`;
      await Promise.all([client.subscribe(channel), client.publish(channel, number), client.publish(channel, "end")]);
      await client.until(() => arrived(client, channel).includes("end"), "the own publication");
      assert.deepEqual(arrived(client, channel), [number, "end"]);
    }
  },

  "A payload arrives as it was published, by a client and by the server": async (ground) => {
    const server = await ground.start();
    const [publisher, reader] = [await ground.join(server, "ana"), await ground.join(server, "eva")];
    await reader.subscribe("open:a");
    const payloads = [{ a: [1, 2.5, -1e-7, null, true], "": { ñ: '\u2028\u{1f409}\\"\n' } }, "text", 0, false, [], {}];
    for (const data of payloads) {
      await publisher.publish("open:a", data);
      await server.api("publish", { channel: "open:a", data });
    }
    const expected = payloads.flatMap((data) => [data, data]);
    await reader.until(() => arrived(reader, "open:a").length === expected.length, "every payload");
    assert.deepEqual(arrived(reader, "open:a"), expected);
  },

  "Subscribing twice is refused and changes nothing": async (ground) => {
    const server = await ground.start();
    const client = await ground.join(server, "ana");
    await client.subscribe("open:a");
    assert.equal((await refusal(client.subscribe("open:a"))).code, errors.alreadySubscribed.code);
    await client.publish("open:a", "once");
    await client.publish("open:a", "marker");
    await client.until(() => arrived(client, "open:a").includes("marker"), "the marker");
    assert.deepEqual(arrived(client, "open:a"), ["once", "marker"]);
  },

  "What the server ends, ends with the code that it says": async (ground) => {
    const server = await ground.start();
    const client = await ground.join(server, "ana");
    await client.subscribe("open:a");
    await server.api("unsubscribe", { user: "ana", channel: "open:a" });
    await client.until(() => client.pushes.length > 0, "the end of the subscription");
    assert.deepEqual(client.pushes, [{ type: "unsubscribe", channel: "open:a", code: unsubscribes.server.code }]);
    await server.api("disconnect", { user: "ana" });
    await gone(client);
    assert.deepEqual(client.ended, disconnects.forceDisconnect);
  },
};

/** Publishes numbers under a name, without waiting for answers; resolves when all are acknowledged. */
const pour = async (client: DoorClient, channel: string, name: string): Promise<void> => {
  await Promise.all(upTo(60).map((number) => client.publish(channel, { name, number })));
};

const order: Proofs = {
  "Within a channel every subscriber sees publications in offset order, each at most once": async (ground) => {
    const server = await ground.start();
    const channel = "open:race";
    const names = ["ana", "eva", "iris", "server"];
    const publishers = await Promise.all(names.slice(0, 3).map((name) => ground.join(server, name)));
    const readers = await Promise.all(upTo(3).map(() => follow(ground, server, { channel })));
    const late: Promise<Follower>[] = [];
    const byServer = async (): Promise<void> => {
      for (const number of upTo(60)) {
        if (number % 20 === 0) late.push(follow(ground, server, { channel }));
        await server.api("publish", { channel, data: { name: "server", number } });
      }
    };
    await Promise.all([...publishers.map((each, index) => pour(each, channel, names[index] ?? "")), byServer()]);
    readers.push(...(await Promise.all(late)));
    await server.api("publish", { channel, data: "end" });
    const kept = await keptIn(server, channel);
    for (const { client, began, received } of readers) {
      await client.until(() => arrived(client, channel).includes("end"), "the last publication");
      assert.ok(received.length <= kept.length - began);
    }
    for (const reader of readers) assert.deepEqual(reader.received.map(plainly), kept.slice(reader.began).map(plainly));
    for (const name of names) {
      const own = kept.flatMap(({ data }) => (isOf(data, name) ? [data.number] : []));
      assert.deepEqual(own, upTo(60), `in the order in which ${name} published`);
    }
  },

  "Without history all subscribers see the same order, each publication once": async (ground) => {
    const server = await ground.start();
    const clients = await Promise.all(upTo(4).map((number) => ground.join(server, `user ${number}`)));
    for (const client of clients) await client.subscribe("plain:race");
    await Promise.all(clients.map((client, index) => pour(client, "plain:race", `${index}`)));
    await server.api("publish", { channel: "plain:race", data: "end" });
    const [first, ...others] = clients.map((client) => ({ client, seen: () => arrived(client, "plain:race") }));
    assert.ok(first);
    for (const { client, seen } of [first, ...others]) await client.until(() => seen().includes("end"), "the end");
    assert.equal(first.seen().length, 241);
    for (const { seen } of others) assert.deepEqual(seen(), first.seen());
  },
};

const plainly = ({ data, offset }: Received): Received => ({ data, offset });
const isOf = (data: unknown, name: string): data is { number: number } =>
  typeof data === "object" && data !== null && "name" in data && data.name === name;

async function publishMany(server: TestHub, channel: string, count: number): Promise<void> {
  for (const number of upTo(count)) await server.api("publish", { channel, data: number });
}

const recovery: Proofs = {
  "With history and recovery on: after any reconnect the client either gets everything it missed, in order, or is told `recovered: false`":
    async (ground) => {
      const server = await ground.start();
      const channel = "open:restless";
      const readers = await Promise.all(upTo(3).map(() => follow(ground, server, { channel })));
      let published = false;
      const publishing = publishMany(server, channel, 300).finally(() => {
        published = true;
      });
      await Promise.all(
        readers.map(async (reader) => {
          while (!published) {
            await reader.comeBack(server);
            assert.equal(reader.recovered, true);
          }
        }),
      );
      await publishing;
      for (const reader of readers) {
        await reader.has(300);
        assert.deepEqual(offsets(reader.received), upTo(300));
        assert.deepEqual(contents(reader.received), upTo(300));
      }
    },

  "A client that missed all that history holds gets it, one that missed more is told": async (ground) => {
    const server = await ground.start();
    const channel = "short:a";
    const readers = [await follow(ground, server, { channel }), await follow(ground, server, { channel })] as const;
    for (const { client } of readers) client.cut();
    await publishMany(server, channel, 5);
    await readers[0].comeBack(server);
    await publishMany(server, channel, 1);
    await readers[1].comeBack(server);
    await readers[0].has(6);
    assert.deepEqual([readers[0].recovered, offsets(readers[0].received)], [true, upTo(6)]);
    assert.deepEqual([readers[1].recovered, offsets(readers[1].received)], [false, []]);
    await publishMany(server, channel, 1);
    await readers[1].has(1);
    assert.deepEqual(offsets(readers[1].received), [7]);
  },

  "A client that missed nothing recovers nothing, and goes on": async (ground) => {
    const server = await ground.start();
    const reader = await follow(ground, server, { channel: "open:a" });
    await publishMany(server, "open:a", 2);
    await reader.has(2);
    await reader.comeBack(server);
    assert.deepEqual([reader.recovered, offsets(reader.received)], [true, [1, 2]]);
    await publishMany(server, "open:a", 1);
    await reader.has(3);
    assert.deepEqual(offsets(reader.received), [1, 2, 3]);
  },

  "A client whose history was removed, or whose stream lives on another node's past, is told": async (ground) => {
    const [server, another] = [await ground.start(), await ground.start()];
    const channel = "open:a";
    const removed = await follow(ground, server, { channel });
    removed.client.cut();
    await publishMany(server, channel, 2);
    await server.api("history_remove", { channel });
    await removed.comeBack(server);
    assert.deepEqual([removed.recovered, removed.received], [false, []]);
    await publishMany(another, channel, 5);
    const moved = await follow(ground, server, { channel });
    await moved.comeBack(another);
    assert.deepEqual([moved.recovered, moved.received], [false, []]);
  },
};

const publishing: Proofs = {
  "A publish that was acknowledged is in history (until size or TTL ends it); one that failed says so": async (
    ground,
  ) => {
    const server = await ground.start({ tenancy: { default_limits: { publication_bytes: 100 } } });
    const client = await ground.join(server, "ana");
    await client.publish("open:a", "kept");
    const tooBig = await refusal(client.publish("open:a", "x".repeat(100)));
    assert.equal(tooBig.code, errors.limitExceeded.code);
    assert.match(tooBig.message, /102.*100/);
    await client.publish("open:a", "kept too");
    assert.deepEqual(contents(await keptIn(server, "open:a")), ["kept", "kept too"]);
  },

  "A publication that does not fit the channel's schema is refused with the field and what is expected there": async (
    ground,
  ) => {
    const schema = { type: "object", required: ["n"], properties: { n: { type: "number" } } };
    const server = await ground.start({ schemas: [{ name: "numbers", channels: ["open:n*"], schema }] });
    const client = await ground.join(server, "ana");
    const misfit = async (channel: string, data: unknown): Promise<string> => {
      const { code, message } = await refusal(client.publish(channel, data));
      assert.equal(code, errors.schemaMismatch.code);
      return message;
    };
    assert.match(await misfit("open:n", { n: "1" }), /numbers version 1: n: expected number/);
    assert.match(await misfit("open:n", { msg: "acabó" }), /numbers version 1: n: is missing/);
    await client.publish("open:n", { n: 1 });
    await client.publish("open:a", { n: "1" });
    await server.api("set_schema", { name: "texts", channels: ["open:a"], schema: { type: "string" } });
    assert.match(await misfit("open:a", { n: "1" }), /texts version 1: the data: expected string/);
    await client.publish("open:a", "1");
    assert.deepEqual(contents(await keptIn(server, "open:n")), [{ n: 1 }]);
    assert.deepEqual(contents(await keptIn(server, "open:a")), [{ n: "1" }, "1"]);
  },

  "What was acknowledged before the connection broke is in history, in order": async (ground) => {
    const server = await ground.start();
    const client = await ground.join(server, "ana");
    const acknowledged: number[] = [];
    const calls = upTo(200).map(async (number) => {
      await client.publish("open:a", number);
      acknowledged.push(number);
    });
    await calls[0];
    client.cut();
    await Promise.allSettled(calls);
    const kept = contents(await keptIn(server, "open:a"));
    assert.ok(acknowledged.length > 0);
    assert.deepEqual(acknowledged, upTo(acknowledged.length));
    assert.deepEqual(kept.slice(0, acknowledged.length), acknowledged);
    assert.deepEqual(kept, upTo(kept.length));
  },

  "A client reads the history of a channel": async (ground) => {
    const server = await ground.start();
    const client = await ground.join(server, "ana");
    assert.ok(client.history, lacking);
    assert.deepEqual(await client.history("short:a"), []);
    for (const number of upTo(7)) await client.publish("short:a", number);
    const kept = await client.history("short:a");
    assert.deepEqual([contents(kept), offsets(kept)], [upTo(7).slice(2), upTo(7).slice(2)]);
    assert.equal((await refusal(client.history("plain:a"))).code, errors.notAvailable.code);
  },
};

const presence: Proofs = {
  "Joins and leaves reach those who asked for them, and nobody else": async (ground) => {
    const server = await ground.start();
    const [witness, deaf] = [await ground.join(server, "ana"), await ground.join(server, "eva")];
    await witness.subscribe("plain:a", { joinLeave: true });
    await deaf.subscribe("plain:a");
    const comings = (client: DoorClient): string[] =>
      client.pushes.flatMap((push) =>
        push.type === "join" || push.type === "leave" ? [`${push.type} ${push.user}`] : [],
      );
    await witness.until(() => comings(witness).includes("join eva"), "who came");
    const [left, cut] = [await ground.join(server, "left"), await ground.join(server, "cut")];
    await left.subscribe("plain:a");
    await left.unsubscribe("plain:a");
    await cut.subscribe("plain:a");
    cut.cut();
    await witness.until(() => comings(witness).includes("leave cut"), "who was cut");
    const about = (user: string): string[] => comings(witness).filter((each) => each.endsWith(` ${user}`));
    assert.deepEqual([...about("left"), ...about("cut")], ["join left", "leave left", "join cut", "leave cut"]);
    await assertUndisturbed(deaf, "plain:a");
    assert.deepEqual(comings(deaf), []);
  },

  "Presence lists who is in the channel, and no longer who left or was cut": async (ground) => {
    const server = await ground.start();
    const [ana, eva, iris] = [
      await ground.join(server, "ana"),
      await ground.join(server, "eva"),
      await ground.join(server, "iris"),
    ] as const;
    assert.ok(ana.presence, lacking);
    for (const client of [ana, eva, iris]) await client.subscribe("open:a", { joinLeave: true });
    assert.deepEqual([...(await ana.presence("open:a"))].sort(), ["ana", "eva", "iris"]);
    await eva.unsubscribe("open:a");
    iris.cut();
    const left = (user: string) => ana.pushes.some((push) => push.type === "leave" && push.user === user);
    await ana.until(() => left("eva") && left("iris"), "both to be gone");
    assert.deepEqual(await ana.presence("open:a"), ["ana"]);
    assert.deepEqual(await ana.presence("open:empty"), []);
  },
};

const slowReader: Proofs = {
  "A subscriber that cannot keep up is disconnected with a code, and delays nobody": async (ground) => {
    const server = await ground.start({
      client: { queue_max_size: 256 * 1024 },
      // On a busy machine the queue may take longer to fill.
      websocket: { write_timeout: "0s" },
    });
    const channel = "plain:flood";
    const [slow, quick] = [await ground.join(server, "slow"), await ground.join(server, "quick")];
    for (const client of [slow, quick]) await client.subscribe(channel);
    const verdicts: number[] = [];
    server.hub.listen((event) => {
      if (event.type === "disconnected") verdicts.push(event.code);
    });
    slow.stopReading();
    const load = "x".repeat(50_000);
    let sent = 0;
    while (verdicts.length === 0 && sent < 1_000) {
      await server.api("publish", { channel, data: { number: ++sent, load } });
      await quick.until(() => quick.pushes.length === sent, "a publication that a slow reader must not delay");
    }
    assert.deepEqual(verdicts, [disconnects.slow.code]);
    await assertUndisturbed(quick, channel);
    slow.readOn();
    await gone(slow);
    assert.deepEqual(slow.ended, disconnects.slow);
    const read = slow.pushes.map((push) => (push.type === "publication" ? push.data : push)) as { number: number }[];
    assert.ok(read.length <= sent, "nothing after the verdict");
    const numbers = read.map(({ number }) => number);
    assert.deepEqual(numbers, upTo(read.length), "what it got has no hole");
  },
};

const tenants: Proofs = {
  "Nothing of a tenant (data, names, counts, errors, metric labels) is visible to another": async (ground) => {
    const server = await ground.start();
    const channel = "open:room";
    const [acme, globex] = [await ground.join(server, "ana", "acme"), await ground.join(server, "ana", "globex")];
    await globex.subscribe(channel, { joinLeave: true });
    await globex.subscribe("user:ana:inbox");
    await acme.subscribe(channel, { joinLeave: true });
    await acme.subscribe("user:ana:inbox");
    await acme.publish(channel, "secret");
    await server.api("publish", { tenant: "acme", channel, data: "secret" });
    await server.api("publish", { tenant: "acme", channel: "user:ana:inbox", data: "secret" });
    acme.cut();
    const guest = await ground.join(server, "guest", "acme");
    await guest.subscribe(channel);
    for (const each of [channel, "user:ana:inbox"]) {
      await server.api("publish", { tenant: "globex", channel: each, data: "own" });
      await globex.until(() => arrived(globex, each).includes("own"), "the own publication");
      assert.deepEqual(arrived(globex, each), ["own"]);
    }
    assert.ok(globex.pushes.every((push) => !("user" in push) || push.user === "ana"));
    assert.ok(globex.pushes.every((push) => push.type !== "leave"));
    assert.ok(globex.presence && globex.history, lacking);
    assert.deepEqual(await globex.presence(channel), ["ana"]);
    const kept = await globex.history(channel);
    assert.deepEqual(kept.map(plainly), [{ data: "own", offset: 1 }]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /connections/);
    for (const word of ["acme", "globex", "room", "ana"])
      assert.ok(!new RegExp(`"[^"]*\\b${word}\\b`).test(metrics), word);
  },

  "A channel of another tenant is refused in the same words whether or not that tenant exists": async (ground) => {
    const server = await ground.start();
    await (await ground.join(server, "eva", "acme")).subscribe("tenant:acme:orders");
    const client = await ground.join(server, "ana", "globex");
    const calls: readonly ((channel: string) => Promise<unknown>)[] = [
      (channel) => client.subscribe(channel),
      (channel) => client.publish(channel, "mine"),
      ...(client.presence ? [client.presence.bind(client)] : []),
      ...(client.history ? [client.history.bind(client)] : []),
    ];
    for (const call of calls) {
      const real = await refusal(call("tenant:acme:orders"));
      const imagined = await refusal(call("tenant:nobody:orders"));
      assert.deepEqual([real.code, real.message], [imagined.code, imagined.message]);
      assert.equal(real.code, errors.permissionDenied.code);
      assert.ok(!real.message.includes("acme"));
    }
    await client.subscribe("tenant:globex:orders");
  },
};

const drain: Proofs = {
  "Stopping a node tells its clients to come back elsewhere; with recovery on nothing is lost": async (ground) => {
    const [server, elsewhere] = [await ground.start(), await ground.start()];
    const channel = "open:a";
    const readers = await Promise.all(upTo(3).map(() => follow(ground, server, { channel })));
    const publisher = await ground.join(server, "ana");
    const acknowledged: number[] = [];
    const calls = upTo(100).map(async (number) => {
      await publisher.publish(channel, number);
      acknowledged.push(number);
    });
    await calls[0];
    const stopped = server.stop();
    await Promise.allSettled(calls);
    for (const { client } of readers) {
      await gone(client);
      assert.deepEqual(client.ended, disconnects.shutdown);
    }
    await stopped;
    for (const reader of readers) {
      assert.deepEqual(contents(reader.received).slice(0, acknowledged.length), acknowledged);
      const had = reader.received.length;
      await reader.comeBack(elsewhere);
      assert.equal(reader.recovered, false, "the other node does not know this stream, and says so");
      assert.equal(reader.received.length, had);
    }
  },

  "While a node stops new connections are refused": async (ground) => {
    const server = await ground.start();
    const drained = server.hub.drain();
    assert.equal((await refusal(ground.join(server, "ana"))).code, 503);
    await drained;
    await server.stop();
    await refusal(ground.join(server, "ana"));
  },

  "While a node stops those who have not said who they are are sent elsewhere": async (ground) => {
    const server = await ground.start();
    const undecided = await opened(ground, server);
    const drained = server.hub.drain();
    const { code } = await refusal(undecided.connect(await server.token({ user: "ana" })));
    assert.equal(code, disconnects.shutdown.code);
    await drained;
  },
};

const badInput: Proofs = {
  "Bad input gets an error that names what is wrong and what was expected; the process and the other clients do not notice":
    async (ground) => {
      const server = await ground.start();
      const [client, other] = [await ground.join(server, "ana"), await ground.join(server, "eva")];
      await other.subscribe("open:a");
      const wrong: readonly [Promise<unknown>, number, RegExp][] = [
        [
          client.subscribe("nosuch:room"),
          errors.unknownChannel.code,
          /no namespace "nosuch".*tenant:default:\{resource\}/,
        ],
        [client.subscribe("dashboard"), errors.permissionDenied.code, /did you mean "tenant:default:dashboard"/],
        [client.subscribe("tenant:orders"), errors.badRequest.code, /"tenant:orders" is incomplete/],
        [client.subscribe(`open:${"x".repeat(300)}`), errors.badRequest.code, /longer than 255 bytes/],
        [client.subscribe("open:a\u0000b"), errors.badRequest.code, /control character/],
        [client.publish("closed:a", 1), errors.permissionDenied.code, /publish through the server API/],
        [client.publish("system:a", 1), errors.permissionDenied.code, /publish through the server API/],
      ];
      for (const [call, code, message] of wrong) {
        const refused = await refusal(call);
        assert.deepEqual([refused.code, message.test(refused.message)], [code, true], refused.message);
      }
      await client.subscribe("open:a");
      await assertUndisturbed(client, "open:a");
      await assertUndisturbed(other, "open:a");
    },

  "Whoever does not speak the protocol is sent away with a reason; the others do not notice": async (ground) => {
    const server = await ground.start();
    const innocent = await ground.join(server, "eva");
    await innocent.subscribe("open:a");
    for (const [what, frame] of Object.entries(ground.driver.garbage)) {
      for (const rude of [ground.client(server), await ground.join(server, "rude")]) {
        await rude.send(frame);
        await gone(rude);
        const code = rude.ended?.code ?? 0;
        assert.ok(code >= 3000 && code < 5000 && code !== disconnects.serverError.code, `${what}: ended with ${code}`);
        assert.notEqual(rude.ended?.reason, "");
      }
      await assertUndisturbed(innocent, "open:a");
    }
  },

  "A message over the limit is not taken, and its client hears so; the others do not notice": async (ground) => {
    const server = await ground.start();
    const [client, innocent] = [await ground.join(server, "ana"), await ground.join(server, "eva")];
    await innocent.subscribe("open:a");
    await client.publish("open:a", "x".repeat(60_000));
    const { code } = await refusal(client.publish("open:a", "x".repeat(70_000)));
    assert.equal(code, ground.driver.tooLarge);
    await assertUndisturbed(innocent, "open:a");
    assert.equal((await keptIn(server, "open:a")).length, 2);
  },

  "Over the limit of subscriptions each further one is refused with the limit's figure": async (ground) => {
    const server = await ground.start({ client: { channel_limit: 10 } });
    const client = await ground.join(server, "ana");
    const outcomes = await Promise.allSettled(upTo(50).map((number) => client.subscribe(`open:${number}`)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    assert.equal(refused.length, 40);
    for (const each of refused) {
      assert.ok(each instanceof Refusal);
      assert.equal(each.code, errors.limitExceeded.code);
      assert.match(each.message, /10 subscriptions/);
    }
    await assertUndisturbed(client, "open:10");
  },
};
