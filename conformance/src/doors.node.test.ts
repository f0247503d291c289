import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { Centrifuge } from "centrifuge";
import { startTestHub, type TestHub, type TestUser } from "../../packages/server/src/testing.ts";
import { subscribed } from "./stage/heard.ts";
import { createJournal, type Journal } from "./stage/journal.ts";
import { upTo } from "./stage/publish-many.ts";

/** A client of one door, in one channel. */
interface Member {
  /** The data of every publication, in the order in which it came. */
  readonly heard: Journal<unknown>;
  publish(data: unknown): Promise<unknown>;
  close(): void;
}

/** How a client of each door comes into a channel. A further door is one more entry. */
const doors: Readonly<Record<string, (server: TestHub, who: TestUser) => Promise<Member>>> = {
  async centrifugo(server, who) {
    const client = new Centrifuge(server.websocketUrl, { token: await server.token(who) });
    client.connect();
    await client.ready();
    const subscription = await subscribed(client, CHANNEL);
    const heard = createJournal<unknown>();
    subscription.on("publication", ({ data }) => heard.note(data));
    return { heard, publish: (data) => subscription.publish(data), close: () => client.disconnect() };
  },

  async plain(server, who) {
    const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/ws`);
    const frames = createJournal<Frame>();
    const heard = createJournal<unknown>();
    let lastId = 0;
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === "event") heard.note(frame.event);
      frames.note(frame);
    };
    await frames.first(({ type }) => type === "welcome");
    const ask = async (request: object): Promise<Frame> => {
      const id = ++lastId;
      socket.send(JSON.stringify({ id, ...request }));
      const answer = await frames.first((frame) => frame.id === id);
      if (answer.type === "error" || answer.type === "auth_error") throw new Error(JSON.stringify(answer));
      return answer;
    };
    await ask({ type: "auth", token: await server.token(who) });
    await ask({ type: "subscribe", channel: CHANNEL });
    const publish = (data: unknown): Promise<unknown> => ask({ type: "publish", channel: CHANNEL, data });
    return { heard, publish, close: () => socket.close() };
  },

  /** The guide's raw client, which only listens. */
  async "plain, bare events"(server, who) {
    const joined = new Promise<void>((resolve) => server.hub.listen(({ type }) => type === "subscribed" && resolve()));
    const token = await server.token(who);
    const socket = new WebSocket(`${server.websocketUrl}?token=${token}`);
    const heard = createJournal<unknown>();
    socket.onopen = () => socket.send(JSON.stringify({ method: "subscribe", params: { channel: CHANNEL } }));
    socket.onmessage = ({ data }) => heard.note(JSON.parse(String(data)));
    await joined;
    const publish = (data: unknown): Promise<unknown> =>
      Promise.resolve(socket.send(JSON.stringify({ method: "publish", params: { channel: CHANNEL, data } })));
    return { heard, publish, close: () => socket.close() };
  },
};

interface Frame {
  readonly type: string;
  readonly id?: number;
  readonly event?: unknown;
}

const CHANNEL = "room:1";
const EACH = 40;

describe("one channel, every door", () => {
  let server: TestHub;
  const members: Member[] = [];

  before(async () => {
    const room = {
      name: "room",
      allow_subscribe_for_client: true,
      allow_publish_for_client: true,
      history_size: 1_000,
      history_ttl: "10m",
      force_recovery: true,
    };
    server = await startTestHub({
      config: { channel: { namespaces: [room] }, plain_websocket: { message_rate_limit: 1_000 } },
    });
  });
  afterEach(() => {
    for (const member of members.splice(0)) member.close();
  });
  after(() => server.stop());

  async function join(door: string, who: TestUser): Promise<Member> {
    const open = doors[door];
    assert.ok(open);
    const member = await open(server, who);
    members.push(member);
    return member;
  }

  it("brings what the server API and each door publish to the clients of all doors, in one order, and to no other tenant", async () => {
    const names = Object.keys(doors);
    const own: Member[] = [];
    const foreign: Member[] = [];
    for (const door of names) {
      own.push(await join(door, { user: `ana by ${door}`, tenant: "acme" }));
      foreign.push(await join(door, { user: `ana by ${door}`, tenant: "globex" }));
    }
    const byDoors = own.map(async (member, index) => {
      for (const n of upTo(EACH)) await member.publish({ by: names[index], n });
    });
    const byApi = async (): Promise<void> => {
      for (const n of upTo(EACH)) {
        await server.api("publish", { tenant: "acme", channel: CHANNEL, data: { by: "api", n } });
      }
    };
    await Promise.all([...byDoors, byApi()]);
    const all = EACH * (names.length + 1);
    const [first, ...others] = own;
    assert.ok(first);
    const expected = await first.heard.count(all);
    for (const by of [...names, "api"]) {
      const numbers = expected.map((data) => data as { by: string; n: number }).filter((data) => data.by === by);
      assert.deepEqual(
        numbers.map(({ n }) => n),
        upTo(EACH),
        `each of ${by} once and in its order`,
      );
    }
    for (const { heard } of others) assert.deepEqual(await heard.count(all), expected);
    const { publications } = (await server.api("history", { tenant: "acme", channel: CHANNEL, limit: -1 })) as {
      publications: { data: unknown }[];
    };
    assert.deepEqual(
      publications.map(({ data }) => data),
      expected,
      "in the order of the history",
    );
    // Whoever gets the mark has got everything that came before it.
    await server.api("publish", { tenant: "globex", channel: CHANNEL, data: "mark" });
    for (const { heard } of foreign) assert.deepEqual(await heard.count(1), ["mark"]);
    for (const { heard } of own) assert.equal(heard.entries.length, all);
  });
});
