import assert from "node:assert/strict";
import { io as connect } from "socket.io-client";
import { conformance } from "./stage/conformance.ts";
import { subscribed } from "./stage/heard.ts";
import { createJournal, type Journal } from "./stage/journal.ts";
import { upTo } from "./stage/publish-many.ts";
import type { Stage } from "./stage/stage.ts";

/** A client of one door, in one channel. */
interface Member {
  /** The data of every publication, in the order in which it came. */
  readonly heard: Journal<unknown>;
  publish(data: unknown): Promise<unknown>;
  close(): void;
}

interface Visitor {
  readonly token: string;
  readonly channel: string;
}

type Enter = (stage: Stage, who: Visitor) => Promise<Member>;

/** The official client of Socket.IO. */
const bySocketIo =
  (transport: "websocket" | "polling"): Enter =>
  async ({ subject }, { token, channel }) => {
    const client = connect(subject.url, { transports: [transport], forceNew: true, auth: { token } });
    const heard = createJournal<unknown>();
    client.on("publication", (publication: { data: unknown }) => heard.note(publication.data));
    await new Promise<void>((resolve, reject) => {
      client.once("session", () => resolve());
      client.once("connect_error", reject);
    });
    const ask = async (event: string, request: object): Promise<void> => {
      const { error } = await client.timeout(15_000).emitWithAck(event, { channel, ...request });
      if (error) throw new Error(JSON.stringify(error));
    };
    await ask("subscribe", {});
    return { heard, publish: (data) => ask("publish", { data }), close: () => client.disconnect() };
  };

/** How a client of each door comes into a channel. A further door is one more entry. */
const doors: Readonly<Record<string, Enter>> = {
  async centrifugo(stage, { token, channel }) {
    const client = stage.client({ token });
    client.connect();
    await client.ready();
    const subscription = await subscribed(client, channel);
    const heard = createJournal<unknown>();
    subscription.on("publication", ({ data }) => heard.note(data));
    return { heard, publish: (data) => subscription.publish(data), close: () => client.disconnect() };
  },

  "Socket.IO over a WebSocket": bySocketIo("websocket"),

  "Socket.IO over polling": bySocketIo("polling"),

  async plain({ subject }, { token, channel }) {
    const socket = new WebSocket(`${subject.url.replace(/^http/, "ws")}/ws`);
    const { frames, heard, ask } = converse(socket);
    await frames.first(({ type }) => type === "welcome");
    await ask({ type: "auth", token });
    await ask({ type: "subscribe", channel });
    return { heard, publish: (data) => ask({ type: "publish", channel, data }), close: () => socket.close() };
  },

  /** The guide's raw client, which takes every frame for an event. */
  async "plain, bare events"({ subject }, { token, channel }) {
    const socket = new WebSocket(`${subject.websocketUrl}?token=${token}`);
    const frames = createJournal<Frame>();
    const heard = createJournal<unknown>();
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data));
      (frame.type === "ok" ? frames : heard).note(frame);
    };
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    socket.send(JSON.stringify({ method: "subscribe", params: { channel }, id: 1 }));
    await frames.first(({ id }) => id === 1);
    const publish = (data: unknown): Promise<unknown> =>
      Promise.resolve(socket.send(JSON.stringify({ method: "publish", params: { channel, data } })));
    return { heard, publish, close: () => socket.close() };
  },
};

interface Frame {
  readonly type: string;
  readonly id?: number;
  readonly event?: unknown;
}

interface Talk {
  readonly frames: Journal<Frame>;
  readonly heard: Journal<unknown>;
  ask(request: object): Promise<Frame>;
}

function converse(socket: WebSocket): Talk {
  const frames = createJournal<Frame>();
  const heard = createJournal<unknown>();
  let lastId = 0;
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type === "event") heard.note(frame.event);
    frames.note(frame);
  };
  return {
    frames,
    heard,
    async ask(request) {
      const id = ++lastId;
      socket.send(JSON.stringify({ id, ...request }));
      const answer = await frames.first((frame) => frame.id === id);
      if (answer.type === "error" || answer.type === "auth_error") throw new Error(JSON.stringify(answer));
      return answer;
    },
  };
}

const EACH = 40;

conformance("one channel, every door", { profile: "doors" }, (test) => {
  test.ours(
    "these doors are ours",
    "what the server API and each door publish comes to the clients of all doors, in one order, and to no other tenant",
    async (stage) => {
      const { subject } = stage;
      const names = Object.keys(doors);
      const channel = stage.channel("room");
      const members: Member[] = [];
      const join = async (enter: Enter, tenantId: string): Promise<Member> => {
        const token = await subject.token({ sub: "ana", tenantId });
        const member = await enter(stage, { token, channel });
        members.push(member);
        return member;
      };
      try {
        const own: Member[] = [];
        const foreign: Member[] = [];
        for (const enter of Object.values(doors)) {
          own.push(await join(enter, "acme"));
          foreign.push(await join(enter, "globex"));
        }
        const byDoors = own.map(async (member, index) => {
          for (const n of upTo(EACH)) await member.publish({ by: names[index], n });
        });
        const byApi = async (): Promise<void> => {
          for (const n of upTo(EACH)) {
            await subject.api("publish", { tenant: "acme", channel, data: { by: "api", n } });
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
        const history = { tenant: "acme", channel, limit: -1 };
        const { publications } = await subject.api<{ publications: { data: unknown }[] }>("history", history);
        assert.deepEqual(
          publications.map(({ data }) => data),
          expected,
          "in the order of the history",
        );
        // Whoever gets the mark has got everything that came before it.
        await subject.api("publish", { tenant: "globex", channel, data: "mark" });
        for (const { heard } of foreign) assert.deepEqual(await heard.count(1), ["mark"]);
        for (const { heard } of own) assert.equal(heard.entries.length, all);
      } finally {
        for (const member of members) member.close();
      }
    },
  );
});
