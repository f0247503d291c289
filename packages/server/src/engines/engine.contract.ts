import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type {
  ChannelKey,
  ClientInfo,
  Engine,
  HistoryPage,
  HistoryQuery,
  Payload,
  Position,
  Publication,
  PublishOptions,
  StreamOptions,
} from "../hub/index.ts";
import { createGround, type EngineCluster, type Ground, type Node } from "./engine-ground.fixture.ts";
import { compareWithModel, steps, stepsInTime } from "./engine-model.fixture.ts";

export interface EngineContractOptions {
  cluster(): Promise<EngineCluster>;
  /** Sentence of a test that this engine does not run, and why. */
  readonly declines?: Readonly<Record<string, string>>;
}

/** Every promise of the port, as tests that each engine runs. */
export function engineContract(name: string, { cluster, declines = {} }: EngineContractOptions): void {
  const promises = {
    ...broker,
    ...streams,
    ...tops,
    ...onceOnly,
    ...presence,
    ...control,
    ...interruptions,
    ...engine,
    ...models,
  };
  for (const [sentence, reason] of Object.entries(declines)) {
    assert.ok(Object.hasOwn(promises, sentence), `declined, but not in the contract: ${sentence}`);
    assert.notEqual(reason, "", `declined without a reason: ${sentence}`);
  }
  describe(`engine contract: ${name}`, () => {
    for (const [sentence, prove] of Object.entries(promises)) {
      if (Object.hasOwn(declines, sentence)) continue;
      it(sentence, { timeout: 30_000 }, async () => {
        const ground = createGround(await cluster());
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
const text = (data: string): Publication => ({ data, offset: 0 });
const client = (id: string, user = "ana"): ClientInfo => ({ user, client: id });
const stream: StreamOptions = { size: 1000, ttlMs: 60_000, metaTtlMs: 600_000 };
const kept: PublishOptions = { stream };
const everything: HistoryQuery = { limit: -1, metaTtlMs: stream.metaTtlMs };
const offsets = (page: HistoryPage): number[] => page.publications.map((publication) => publication.offset);
const texts = (publications: readonly Publication[]): Payload[] => publications.map((publication) => publication.data);
const seenTexts = (node: Node): Payload[] => texts(node.seen.publications.map((event) => event.publication));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Bytes and text compared by content and kind: an engine may give any Uint8Array. */
const plainly = (payload: Payload | undefined): string | undefined => {
  if (payload === undefined) return undefined;
  return typeof payload === "string" ? `text ${payload}` : `bytes ${Buffer.from(payload).toString("hex")}`;
};

async function publishMany(node: Engine, key: ChannelKey, count: number, options = kept): Promise<void> {
  for (const number of upTo(count)) await node.broker.publish(key, text(`"${number}"`), options);
}

const broker: Proofs = {
  "After subscribe resolves, every later publication, join and leave of the channel arrives as an event on this node":
    async (ground) => {
      const [node, other] = [await ground.node(), await ground.node()];
      const key = ground.key();
      await node.broker.subscribe(key);
      await other.broker.publish(key, text("1"), {});
      await other.broker.join(key, client("c1"));
      await node.broker.publish(key, text("2"), kept);
      await other.broker.leave(key, client("c1"));
      await node.until((seen) => seen.publications.length === 2 && seen.presence.length === 2);
      assert.deepEqual(seenTexts(node), ["1", "2"]);
      assert.deepEqual(node.seen.presence, ["join c1", "leave c1"]);
      await other.settled();
      assert.deepEqual(seenTexts(other), []);
      assert.deepEqual(other.seen.presence, []);
    },

  "After unsubscribe resolves, no event of the channel arrives": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    await node.broker.subscribe(key);
    await other.broker.subscribe(key);
    await node.broker.unsubscribe(key);
    await node.broker.publish(key, text("1"), kept);
    await other.broker.join(key, client("c1"));
    await other.until((seen) => seen.publications.length === 1 && seen.presence.length === 1);
    await node.settled();
    assert.deepEqual([node.seen.publications, node.seen.presence], [[], []]);
  },

  "Subscribing twice delivers once, and unsubscribing once ends it": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await node.broker.unsubscribe(key);
    await Promise.all([node.broker.subscribe(key), node.broker.subscribe(key)]);
    await node.broker.publish(key, text("1"), {});
    await node.settled();
    await node.broker.unsubscribe(key);
    await node.broker.publish(key, text("2"), {});
    await node.settled();
    assert.deepEqual(seenTexts(node), ["1"]);
  },

  "100 racing pairs of subscribe and unsubscribe leave the channel as the last call says": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const [stays, ends] = [ground.key(), ground.key()];
    await other.broker.subscribe(stays);
    const calls = upTo(100).flatMap(() => [
      node.broker.unsubscribe(stays),
      node.broker.subscribe(stays),
      node.broker.subscribe(ends),
      node.broker.unsubscribe(ends),
    ]);
    await Promise.all(calls);
    await other.broker.publish(stays, text("stays"), kept);
    await other.broker.publish(ends, text("ends"), kept);
    await node.until((seen) => seen.publications.length > 0);
    await node.settled();
    assert.deepEqual(seenTexts(node), ["stays"]);
  },

  "One atomic step: history, offset and sending": async (ground) => {
    const reads: Promise<HistoryPage>[] = [];
    const key = ground.key();
    const node: Node = await ground.node((publication) => {
      if (publication.offset > 0) reads.push(node.broker.history(key, everything));
    });
    await node.broker.subscribe(key);
    await Promise.all(upTo(50).map((number) => node.broker.publish(key, text(`${number}`), kept)));
    await node.until((seen) => seen.publications.length === 50);
    for (const [index, page] of (await Promise.all(reads)).entries()) {
      const event = node.seen.publications[index];
      assert.ok(event);
      assert.equal(page.top.epoch, event.epoch);
      const found = page.publications.find((publication) => publication.offset === event.publication.offset);
      assert.equal(found?.data, event.publication.data);
    }
  },

  "When publish resolves the publication is in history, and its position is the event's": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    await other.broker.subscribe(key);
    for (const number of upTo(5)) {
      const { position, suppressed } = await node.broker.publish(key, text(`${number}`), kept);
      const page = await other.broker.history(key, everything);
      assert.equal(suppressed, false);
      assert.deepEqual(page.top, position);
      assert.equal(page.publications.at(-1)?.data, `${number}`);
      await other.until((seen) => seen.publications.length === number);
      const event = other.seen.publications.at(-1);
      assert.deepEqual({ offset: event?.publication.offset, epoch: event?.epoch }, position);
    }
  },

  "Events of one channel arrive in offset order on every node, each once": async (ground) => {
    const nodes = [await ground.node(), await ground.node(), await ground.node()];
    const key = ground.key();
    for (const node of nodes) await node.broker.subscribe(key);
    const published = nodes.flatMap((node, index) =>
      upTo(100).map(async (number) => {
        const data = `"${index}-${number}"`;
        return { data, result: await node.broker.publish(key, text(data), kept) };
      }),
    );
    const answers = await Promise.all(published);
    answers.sort((a, b) => (a.result.position?.offset ?? 0) - (b.result.position?.offset ?? 0));
    for (const node of nodes) {
      await node.until((seen) => seen.publications.length === 300);
      await node.settled();
      assert.deepEqual(
        node.seen.publications.map((event) => event.publication.offset),
        upTo(300),
      );
      assert.deepEqual(
        seenTexts(node),
        answers.map((answer) => answer.data),
      );
    }
  },

  "Publications without a stream arrive in the same order on every node": async (ground) => {
    const nodes = [await ground.node(), await ground.node()] as const;
    const key = ground.key();
    for (const node of nodes) await node.broker.subscribe(key);
    await Promise.all(
      nodes.flatMap((node, index) =>
        upTo(100).map((number) => node.broker.publish(key, text(`${index}-${number}`), {})),
      ),
    );
    for (const node of nodes) await node.until((seen) => seen.publications.length === 200);
    assert.deepEqual(seenTexts(nodes[0]), seenTexts(nodes[1]));
    const ofFirst = seenTexts(nodes[1]).filter((data) => String(data).startsWith("0-"));
    assert.deepEqual(
      ofFirst,
      upTo(100).map((number) => `0-${number}`),
    );
  },

  "Calls never overlap for one channel: a publication made from within an event arrives after it": async (ground) => {
    const key = ground.key();
    let depth = 0;
    const depths: number[] = [];
    const node: Node = await ground.node((publication) => {
      depths.push(++depth);
      if (publication.offset > 0 && publication.offset < 20) void node.broker.publish(key, text("again"), kept);
      depth--;
    });
    const other = await ground.node();
    await node.broker.subscribe(key);
    await other.broker.subscribe(key);
    await node.broker.publish(key, text("first"), kept);
    for (const each of [node, other]) {
      await each.until((seen) => seen.publications.length === 20);
      assert.deepEqual(
        each.seen.publications.map((event) => event.publication.offset),
        upTo(20),
      );
    }
    assert.deepEqual(
      depths,
      upTo(20).map(() => 1),
    );
  },

  "The offset given with a publication is ignored": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await node.broker.subscribe(key);
    const plain = await node.broker.publish(key, { data: "plain", offset: 7 }, {});
    const first = await node.broker.publish(key, { data: "first", offset: 9 }, kept);
    await node.until((seen) => seen.publications.length === 2);
    assert.equal(plain.position, undefined);
    assert.equal(first.position?.offset, 1);
    assert.deepEqual(
      node.seen.publications.map((event) => event.publication.offset),
      [0, 1],
    );
  },

  "Payloads, tags and client info come back as they were given, bytes as bytes and text as text": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const info: ClientInfo = { user: "ü", client: "c", connInfo: bytes, chanInfo: '{"a":"\u2028ñ"}' };
    const given: Publication[] = [
      { data: bytes, offset: 0, tags: { "": "", "k\0": "\u{1f409}" }, info },
      { data: new Uint8Array(0), offset: 0 },
      { data: "", offset: 0, info: { user: "", client: "" } },
      { data: '{"text":"áé\u{1f409}\\u0000"}', offset: 0, tags: {} },
    ];
    const shown = ({ data, tags, info }: Publication): unknown => [
      plainly(data),
      Object.entries(tags ?? {}),
      info && [info.user, info.client, plainly(info.connInfo), plainly(info.chanInfo)],
    ];
    const key = ground.key("ñ {x} *?\u{1f409}");
    await other.broker.subscribe(key);
    for (const publication of given) await node.broker.publish(key, publication, kept);
    for (const publication of given) await node.broker.publish(key, publication, {});
    const page = await other.broker.history(key, everything);
    assert.deepEqual(page.publications.map(shown), given.map(shown));
    await other.until((seen) => seen.publications.length === 2 * given.length);
    const arrived = other.seen.publications.map((event) => shown(event.publication));
    assert.deepEqual(arrived, [...given, ...given].map(shown));
    await other.broker.join(key, info);
    await other.presence.add(key, info, 60_000);
    assert.deepEqual(
      (await node.presence.list(key)).map((each) => shown({ data: "", offset: 0, info: each })),
      [shown({ data: "", offset: 0, info })],
    );
  },
};

const streams: Proofs = {
  "Without a stream the publication gets no offset and is not kept, and its event has an empty epoch": async (
    ground,
  ) => {
    const node = await ground.node();
    const key = ground.key();
    await node.broker.subscribe(key);
    assert.deepEqual(await node.broker.publish(key, text("plain"), {}), { suppressed: false });
    const first = await node.broker.publish(key, text("kept"), kept);
    await node.broker.publish(key, text("plain"), {});
    const page = await node.broker.history(key, everything);
    assert.deepEqual(texts(page.publications), ["kept"]);
    assert.deepEqual(page.top, first.position);
    await node.until((seen) => seen.publications.length === 3);
    const positions = node.seen.publications.map(({ publication, epoch }) => ({ offset: publication.offset, epoch }));
    assert.deepEqual(positions, [{ offset: 0, epoch: "" }, first.position, { offset: 0, epoch: "" }]);
  },

  "Publications kept: the newest `size`, also when the size changes": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    const after = async (count: number, size: number): Promise<number[]> => {
      await publishMany(node, key, count, { stream: { ...stream, size } });
      return offsets(await node.broker.history(key, everything));
    };
    assert.deepEqual(await after(2, 3), [1, 2]);
    assert.deepEqual(await after(3, 3), [3, 4, 5]);
    assert.deepEqual(await after(7, 3), [10, 11, 12]);
    assert.deepEqual(await after(2, 5), [10, 11, 12, 13, 14]);
    assert.deepEqual(await after(1, 2), [14, 15]);
  },

  "How long publications are kept: ttlMs after the last publication, also when it changes": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    const keep = (ttlMs: number): Promise<void> => publishMany(node, key, 1, { stream: { ...stream, ttlMs } });
    const read = async (): Promise<number[]> => offsets(await node.broker.history(key, everything));
    await keep(1500);
    await ground.advance(1000);
    await keep(1500);
    await ground.advance(1000);
    assert.deepEqual(await read(), [1, 2]);
    await ground.advance(1000);
    assert.deepEqual(await read(), []);
    await keep(60_000);
    await keep(1500);
    await ground.advance(2000);
    assert.deepEqual(await node.broker.history(key, { ...everything, limit: 0 }), {
      publications: [],
      top: { offset: 4, epoch: (await node.broker.history(key, everything)).top.epoch },
    });
  },

  "How long offset and epoch outlive the publications: metaTtlMs, and after it the stream is new": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    const short: PublishOptions = { stream: { size: 10, ttlMs: 500, metaTtlMs: 3000 } };
    const first = await node.broker.publish(key, text("1"), short);
    await ground.advance(1500);
    const second = await node.broker.publish(key, text("2"), short);
    assert.deepEqual(second.position, { offset: 2, epoch: first.position?.epoch });
    await ground.advance(4000);
    const third = await node.broker.publish(key, text("3"), short);
    assert.equal(third.position?.offset, 1);
    assert.notEqual(third.position?.epoch, first.position?.epoch);
    assert.deepEqual(texts((await node.broker.history(key, everything)).publications), ["3"]);
  },

  "Exclusive start. Forward: later offsets. Reverse: earlier offsets": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await publishMany(node, key, 8, { stream: { ...stream, size: 5 } });
    const { top } = await node.broker.history(key, everything);
    const read = async (offset: number | undefined, limit: number, reverse = false): Promise<number[]> => {
      const since = offset === undefined ? {} : { since: { offset, epoch: top.epoch } };
      const page = await node.broker.history(key, { ...everything, ...since, limit, reverse });
      assert.deepEqual(page.top, top);
      return offsets(page);
    };
    assert.deepEqual(await read(undefined, 2), [4, 5]);
    assert.deepEqual(await read(5, -1), [6, 7, 8]);
    assert.deepEqual(await read(5, 2), [6, 7]);
    assert.deepEqual(await read(0, 2), [4, 5]);
    assert.deepEqual(await read(8, -1), []);
    assert.deepEqual(await read(99, -1), []);
    assert.deepEqual(await read(undefined, 2, true), [8, 7]);
    assert.deepEqual(await read(7, -1, true), [6, 5, 4]);
    assert.deepEqual(await read(7, 2, true), [6, 5]);
    assert.deepEqual(await read(4, -1, true), []);
    assert.deepEqual(await read(0, -1, true), []);
    assert.deepEqual(await read(99, 1, true), [8]);
  },

  "Limit 0: only the position. Negative: everything": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await publishMany(node, key, 300);
    const none = await node.broker.history(key, { ...everything, limit: 0 });
    assert.deepEqual(none.publications, []);
    assert.equal(none.top.offset, 300);
    assert.deepEqual(offsets(await node.broker.history(key, { ...everything, limit: -1 })), upTo(300));
    const reverse = await node.broker.history(key, { ...everything, limit: -1, reverse: true });
    assert.deepEqual(offsets(reverse), upTo(300).reverse());
  },

  "Publications are empty when since names another epoch; an empty epoch names none": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await publishMany(node, key, 3);
    const { top } = await node.broker.history(key, everything);
    const read = (epoch: string): Promise<HistoryPage> =>
      node.broker.history(key, { ...everything, since: { offset: 1, epoch } });
    assert.deepEqual(await read("elsewhere"), { publications: [], top });
    assert.deepEqual(offsets(await read("")), [2, 3]);
  },

  "A page of history and the top of the stream are read at one moment": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    const published = publishMany(node, key, 200);
    let done = false;
    const ended = published.then(() => {
      done = true;
    });
    while (!done) {
      const page = await other.broker.history(key, everything);
      assert.deepEqual(offsets(page), upTo(page.top.offset));
    }
    await ended;
  },

  "History creates the epoch when the stream does not exist yet, so that the returned position can be continued":
    async (ground) => {
      const [node, other] = [await ground.node(), await ground.node()];
      const key = ground.key();
      const empty = await node.broker.history(key, everything);
      assert.equal(empty.top.offset, 0);
      assert.notEqual(empty.top.epoch, "");
      const first = await other.broker.publish(key, text("1"), kept);
      assert.deepEqual(first.position, { offset: 1, epoch: empty.top.epoch });
      const page = await node.broker.history(key, { ...everything, since: empty.top });
      assert.deepEqual(texts(page.publications), ["1"]);
      assert.notEqual((await node.broker.history(ground.key(), everything)).top.epoch, empty.top.epoch);
    },

  "A read keeps offset and epoch alive this much longer": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    const query: HistoryQuery = { limit: 0, metaTtlMs: 3000 };
    const { top } = await node.broker.history(key, query);
    for (const _ of upTo(3)) {
      await ground.advance(2000);
      assert.deepEqual((await node.broker.history(key, query)).top, top);
    }
    await ground.advance(4000);
    assert.notEqual((await node.broker.history(key, query)).top.epoch, top.epoch);
  },

  "Removing history removes the publications; offset and epoch stay": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    await publishMany(node, key, 3);
    const { top } = await node.broker.history(key, everything);
    await other.broker.removeHistory(key);
    assert.deepEqual(await node.broker.history(key, everything), { publications: [], top });
    const next = await node.broker.publish(key, text("4"), kept);
    assert.deepEqual(next.position, { offset: 4, epoch: top.epoch });
    assert.deepEqual(offsets(await node.broker.history(key, { ...everything, since: top })), [4]);
    await node.broker.removeHistory(ground.key());
  },
};

const tops: Proofs = {
  "The tops of many streams, in the order of the keys; undefined where there is no stream": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    assert.deepEqual(await node.broker.tops([]), []);
    const keys = upTo(600).map(() => ground.key());
    const expected = await Promise.all(
      keys.map(async (key, index) => {
        if (index % 3 === 0) return undefined;
        if (index % 3 === 1) return (await other.broker.history(key, everything)).top;
        return (await other.broker.publish(key, text("1"), kept)).position;
      }),
    );
    assert.deepEqual(await node.broker.tops(keys), expected);
    const twice = [keys[2], keys[0], keys[2]].filter((key) => key !== undefined);
    assert.deepEqual(await node.broker.tops(twice), [expected[2], undefined, expected[2]]);
  },

  "A top is not behind a publication that was acknowledged, or arrived as an event, before the call": async (
    ground,
  ) => {
    const tops: Promise<readonly (Position | undefined)[]>[] = [];
    const key = ground.key();
    const node: Node = await ground.node((publication) => {
      if (publication.offset > 0) tops.push(node.broker.tops([key]));
    });
    const other = await ground.node();
    await node.broker.subscribe(key);
    for (const number of upTo(30)) {
      const { position } = await other.broker.publish(key, text(`${number}`), kept);
      assert.deepEqual(await node.broker.tops([key]), [position]);
    }
    await node.until((seen) => seen.publications.length === 30);
    for (const [index, answer] of (await Promise.all(tops)).entries()) {
      const offset = answer[0]?.offset ?? 0;
      assert.ok(offset > index, `top ${offset} after the event ${index + 1}`);
    }
  },

  "The top outlives publications that are removed": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await publishMany(node, key, 3);
    const before = await node.broker.tops([key]);
    await node.broker.removeHistory(key);
    assert.deepEqual(await node.broker.tops([key]), before);
    assert.equal(before[0]?.offset, 3);
  },

  "Reading tops creates no stream and prolongs none": async (ground) => {
    const node = await ground.node();
    const [key, nobody] = [ground.key(), ground.key()];
    await node.broker.history(key, { limit: 0, metaTtlMs: 3000 });
    for (const _ of upTo(2)) {
      await ground.advance(1000);
      const [top, none] = await node.broker.tops([key, nobody]);
      assert.deepEqual([top?.offset, none], [0, undefined]);
    }
    await ground.advance(2000);
    assert.deepEqual(await node.broker.tops([key, nobody]), [undefined, undefined]);
  },
};

const interruptions: Proofs = {
  "Where events may have been lost, interrupted tells of which channels, when events arrive again": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const keys = upTo(20).map(() => ground.key());
    for (const key of keys) await node.broker.subscribe(key);
    await ground.interrupt();
    for (const key of keys) {
      await node.until((seen) => seen.interruptions.some((affects) => affects(key)));
      await other.broker.publish(key, text(key), kept);
    }
    await node.until((seen) => keys.every((key) => seen.publications.some((event) => event.key === key)));
  },
};

const onceOnly: Proofs = {
  "The same key on the same channel returns the first result and publishes nothing": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const options = (key: string, settings?: StreamOptions): PublishOptions => ({
      idempotency: { key, ttlMs: 60_000 },
      ...(settings && { stream: settings }),
    });
    const [key, plain] = [ground.key(), ground.key()];
    await node.broker.subscribe(key);
    await node.broker.subscribe(plain);
    const racing = await Promise.all(
      upTo(20).map((number) =>
        (number % 2 ? node : other).broker.publish(key, text(`${number}`), options("a", stream)),
      ),
    );
    assert.equal(racing.filter((result) => !result.suppressed).length, 1);
    for (const result of racing) assert.deepEqual(result.position, { offset: 1, epoch: racing[0]?.position?.epoch });
    assert.equal((await node.broker.publish(key, text("b"), options("b", stream))).position?.offset, 2);
    assert.deepEqual(await other.broker.publish(key, text("c"), options("a", stream)), {
      position: racing[0]?.position,
      suppressed: true,
    });
    assert.deepEqual(await node.broker.publish(plain, text("d"), options("a")), { suppressed: false });
    assert.deepEqual(await other.broker.publish(plain, text("e"), options("a")), { suppressed: true });
    await node.until((seen) => seen.publications.length >= 3);
    await node.settled();
    assert.equal(node.seen.publications.length, 3);
  },

  "Idempotency keys of two channels never meet, whatever the names": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    for (const [channel, idempotencyKey] of [
      [key, ":a:b"],
      [`${key}:a`, ":b"],
      [`${key}:a:b`, ""],
      [key, ""],
    ] as const) {
      const options = { ...kept, idempotency: { key: idempotencyKey, ttlMs: 60_000 } };
      const result = await node.broker.publish(channel as ChannelKey, text("1"), options);
      assert.equal(result.suppressed, false, `${channel} ${idempotencyKey}`);
    }
  },

  "The same key on the same channel after its time to live publishes again": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    const options = { ...kept, idempotency: { key: "a", ttlMs: 1500 } };
    await node.broker.publish(key, text("1"), options);
    await ground.advance(1000);
    assert.equal((await node.broker.publish(key, text("2"), options)).suppressed, true);
    await ground.advance(1000);
    const again = await node.broker.publish(key, text("3"), options);
    assert.deepEqual([again.suppressed, again.position?.offset], [false, 2]);
  },

  "A publication whose version is not above the channel's current one of the same epoch is dropped": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    await node.broker.subscribe(key);
    const publish = async (value: number | undefined, epoch = ""): Promise<[number | undefined, boolean]> => {
      const options = value === undefined ? kept : { ...kept, version: { value, epoch } };
      const { position, suppressed } = await other.broker.publish(key, text(`${value}${epoch}`), options);
      return [position?.offset, suppressed];
    };
    assert.deepEqual(await publish(5), [1, false]);
    assert.deepEqual(await publish(5), [1, true]);
    assert.deepEqual(await publish(4), [1, true]);
    assert.deepEqual(await publish(undefined), [2, false]);
    assert.deepEqual(await publish(5), [2, true]);
    assert.deepEqual(await publish(6), [3, false]);
    assert.deepEqual(await publish(1, "next"), [4, false]);
    assert.deepEqual(await publish(1, "next"), [4, true]);
    await node.broker.removeHistory(key);
    assert.deepEqual(await publish(1, "next"), [4, true]);
    assert.deepEqual(await publish(2, "next"), [5, false]);
    await node.until((seen) => seen.publications.length >= 5);
    await node.settled();
    assert.deepEqual(seenTexts(node), ["5", "undefined", "6", "1next", "2next"]);
  },
};

const presence: Proofs = {
  "Who is in a channel now, on all nodes": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const [key, empty] = [ground.key(), ground.key()];
    const clients = async (at: Node): Promise<string[]> =>
      (await at.presence.list(key)).map((info) => `${info.user} ${info.client}`).sort();
    assert.deepEqual(await clients(node), []);
    await node.presence.add(key, client("c1"), 60_000);
    await other.presence.add(key, client("c2"), 60_000);
    await other.presence.add(key, client("c3", "ben"), 60_000);
    for (const each of [node, other]) {
      assert.deepEqual(await clients(each), ["ana c1", "ana c2", "ben c3"]);
      assert.deepEqual(await each.presence.stats(key), { clients: 3, users: 2 });
    }
    await node.presence.remove(key, "c2");
    await node.presence.remove(key, "nobody");
    await node.presence.remove(empty, "nobody");
    for (const each of [node, other]) {
      assert.deepEqual(await clients(each), ["ana c1", "ben c3"]);
      assert.deepEqual(await each.presence.stats(key), { clients: 2, users: 2 });
      assert.deepEqual(await each.presence.stats(empty), { clients: 0, users: 0 });
    }
  },

  "Adding a client again replaces its info and counts it once": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    await node.presence.add(key, client("c1"), 60_000);
    await node.presence.add(key, { user: "ana", client: "c1", connInfo: "2" }, 60_000);
    assert.deepEqual(
      (await node.presence.list(key)).map((info) => info.connInfo),
      ["2"],
    );
    assert.deepEqual(await node.presence.stats(key), { clients: 1, users: 1 });
  },

  "Entries vanish ttlMs after they were last added, and adding prolongs": async (ground) => {
    const node = await ground.node();
    const key = ground.key();
    const clients = async (): Promise<string[]> => (await node.presence.list(key)).map((info) => info.client).sort();
    await node.presence.add(key, client("long"), 60_000);
    await node.presence.add(key, client("once"), 1500);
    await node.presence.add(key, client("again"), 1500);
    await ground.advance(1000);
    assert.deepEqual(await clients(), ["again", "long", "once"]);
    await node.presence.add(key, client("again"), 1500);
    await ground.advance(1000);
    assert.deepEqual(await clients(), ["again", "long"]);
    assert.deepEqual(await node.presence.stats(key), { clients: 2, users: 1 });
    await ground.advance(1000);
    assert.deepEqual(await clients(), ["long"]);
  },

  "Presence outlives the node that added it, until its time to live": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    await node.presence.add(key, client("c1"), 60_000);
    await node.stop();
    assert.deepEqual(await other.presence.stats(key), { clients: 1, users: 1 });
  },
};

const control: Proofs = {
  "To one node, or to all others when node is absent. Never to the sender": async (ground) => {
    const nodes = [await ground.node(), await ground.node(), await ground.node()] as const;
    const [sender, second, third] = nodes;
    await sender.control.send({ kind: "one" }, second.node);
    await sender.control.send({ kind: "own" }, sender.node);
    await sender.control.send({ kind: "nobody" }, "no such node");
    await sender.control.send({ kind: "all" });
    await second.control.send({ kind: "back" }, sender.node);
    const kinds = (node: Node): string[] => node.seen.control.map(({ message }) => message.kind).sort();
    await sender.until((seen) => seen.control.length > 0);
    await second.until((seen) => seen.control.length > 1);
    await third.until((seen) => seen.control.length > 0);
    for (const node of nodes) await node.settled();
    assert.deepEqual(nodes.map(kinds), [["back"], ["all", "one"], ["all"]]);
    assert.deepEqual(new Set(second.seen.control.map(({ from }) => from)), new Set([sender.node]));
  },

  "Those of one node in the order sent, to one or to all, waited for or not": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const numbers = upTo(200);
    const to = (number: number): string | undefined => (number % 3 === 0 ? undefined : other.node);
    await Promise.all(numbers.map((number) => node.control.send({ kind: "count", number }, to(number))));
    await other.until((seen) => seen.control.length >= numbers.length);
    const arrived = other.seen.control.map(({ message }) => message.number);
    assert.deepEqual(arrived, numbers);
  },

  "Messages from node to node, each delivered at most once; JSON values only": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const given = {
      kind: "values",
      list: [1, -0.5, true, null, "ñ\u2028\u{1f409}\0"],
      nested: { empty: {}, none: [] },
    };
    await node.control.send(given);
    given.list.push("changed after it was sent");
    for (const number of upTo(100)) await node.control.send({ kind: "count", number });
    await other.until((seen) => seen.control.length >= 101);
    await other.settled();
    const [first, ...rest] = other.seen.control.map(({ message }) => message);
    assert.deepEqual(first, { ...given, list: given.list.slice(0, 5) });
    assert.deepEqual(
      rest.map((message) => message.number),
      upTo(100),
    );
  },
};

const engine: Proofs = {
  "Joins as node; events arrive from now on": async (ground) => {
    const node = await ground.node();
    const before = ground.engine();
    await assert.rejects(before.broker.subscribe(ground.key()), Error);
    await assert.rejects(before.health(), Error);
    await node.control.send({ kind: "early" });
    const late = await ground.node();
    await node.control.send({ kind: "late" });
    await late.until((seen) => seen.control.length > 0);
    assert.deepEqual(late.seen.control, [{ message: { kind: "late" }, from: node.node }]);
  },

  "Leaves; open calls reject or finish, and no event arrives any more": async (ground) => {
    const [node, other] = [await ground.node(), await ground.node()];
    const key = ground.key();
    await node.broker.subscribe(key);
    await node.broker.publish(key, text("1"), kept);
    await node.until((seen) => seen.publications.length === 1);
    const open = [
      node.broker.publish(key, text("2"), kept),
      node.broker.subscribe(ground.key()),
      node.broker.history(key, everything),
      node.presence.list(key),
      node.control.send({ kind: "open" }),
    ];
    await node.stop();
    await Promise.allSettled(open);
    const arrived = node.seen.publications.length;
    const { top } = await other.broker.history(key, everything);
    const next = await other.broker.publish(key, text("3"), kept);
    assert.deepEqual(next.position, { offset: top.offset + 1, epoch: top.epoch });
    await other.control.send({ kind: "late" });
    await other.settled();
    assert.equal(node.seen.publications.length, arrived);
    assert.deepEqual(node.seen.control, []);
    await assert.rejects(node.broker.publish(key, text("4"), kept), Error);
    await assert.rejects(node.control.send({ kind: "gone" }), Error);
    await assert.rejects(node.presence.add(key, client("c1"), 1000), Error);
    await node.stop();
  },

  "Health rejects with the reason when the engine cannot serve": async (ground) => {
    const node = await ground.node();
    await node.health();
    await node.stop();
    await assert.rejects(node.health(), (error: Error) => error.message !== "");
  },
};

const models: Proofs = {
  "Any run of publishing, reading and removing equals a simple model": async (ground) => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 40 }), (run) => compareWithModel(ground, run)),
      { numRuns: 150 },
    );
  },

  "Any run of publishing, reading and removing equals a simple model while time passes": async (ground) => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepsInTime, { maxLength: 40 }), (run) => compareWithModel(ground, run)),
      { numRuns: 150 },
    );
  },
};
