import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, type Ground, type GroundOptions } from "../../hub/hub-ground.fixture.ts";
import type { Disconnect, Engine, Frame, Outlet, Session } from "../../hub/index.ts";
import { Dispatch } from "./dispatch.ts";
import { webSocketJson } from "./json.ts";

/** Keeps each frame as it left. */
class Wire implements Outlet {
  readonly frames: string[] = [];
  closed: Disconnect | undefined;
  readonly bufferedBytes = 0;

  send(frame: Frame): void {
    assert.equal(this.closed, undefined, "nothing is sent to a closed outlet");
    this.frames.push(String(frame));
  }

  close(disconnect: Disconnect): void {
    this.closed ??= disconnect;
  }
}

interface Line {
  readonly ground: Ground;
  readonly wire: Wire;
  readonly session: Session;
  readonly dispatch: Dispatch;
  /** Sends commands in one frame and lets everything happen that happens without another turn of the hub's clock. */
  send(...commands: readonly object[]): Promise<void>;
  /** What left since the last call, each frame as the list of its messages. */
  taken(): Message[][];
  /** The same, as ids alone. */
  ids(): (number | undefined)[][];
  /** How many publications the hub has taken. */
  published(): number;
}

interface Message {
  readonly id?: number;
  readonly error?: { readonly code: number };
  readonly push?: object;
}

const transport = { name: "test", pings: true, pongs: true, pushesDisconnect: false };

interface LineOptions extends GroundOptions {
  readonly concurrency?: number;
}

async function openLine({ concurrency = 1, ...options }: LineOptions = {}, headerUser = ""): Promise<Line> {
  const ground = await createGround(options);
  const { hub, topics } = ground;
  const wire = new Wire();
  let published = 0;
  hub.listen(({ type }) => {
    if (type === "published") published++;
  });
  const taken = (): Message[][] =>
    wire.frames.splice(0).map((frame) => frame.split("\n").map((line) => JSON.parse(line)));
  const session = hub.open({ outlet: wire, topics, encoder: webSocketJson.encoder, transport });
  const dispatch = new Dispatch({ hub, codec: webSocketJson, session, headerUser, concurrency });
  return {
    ground,
    wire,
    session,
    dispatch,
    async send(...commands) {
      dispatch.message(commands.map((command) => JSON.stringify(command)).join("\n"));
      await settled();
    },
    taken,
    ids: () => taken().map((frame) => frame.map(({ id }) => id)),
    published: () => published,
  };
}

/** All promises that can settle without the clock have done so. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function connected(options: LineOptions = {}): Promise<Line> {
  const line = await openLine(options);
  await line.send({ id: 1, connect: { token: line.ground.tokenFor({ identity: { user: "ana" } }) } });
  assert.equal(line.session.state, "connected");
  line.taken();
  return line;
}

/** An engine whose presence answers only when told to, so that a command is at work for a while. */
function slowPresence(): { wrapEngine: (engine: Engine) => Engine; answer: () => void } {
  const waiting: (() => void)[] = [];
  return {
    answer: () => waiting.shift()?.(),
    wrapEngine: (engine) => ({
      ...engine,
      broker: engine.broker,
      control: engine.control,
      start: (...args) => engine.start(...args),
      stop: () => engine.stop(),
      presence: {
        add: (...args) => engine.presence.add(...args),
        remove: (...args) => engine.presence.remove(...args),
        stats: (...args) => engine.presence.stats(...args),
        async list(key) {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return engine.presence.list(key);
        },
      },
    }),
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const publishing = (id: number): object => ({ id, publish: { channel: "open:a", data: id } });

describe("the commands of a connection that may work on several", () => {
  it("overtake a slow one, but never more of them are at work than that", async () => {
    const { wrapEngine, answer } = slowPresence();
    const line = await connected({ wrapEngine, concurrency: 2 });
    const slow = (id: number): object => ({ id, presence: { channel: "open:a" } });
    await line.send(slow(2), publishing(3), slow(4), publishing(5));
    line.ground.clock.turn();
    assert.deepEqual(line.ids().flat(), [3]);
    answer();
    await settled();
    line.ground.clock.turn();
    assert.deepEqual(line.ids().flat(), [2, 5]);
  });
});

describe("the commands of a connection", () => {
  it("are answered in their order", async () => {
    const line = await connected();
    await line.send(
      { id: 7, subscribe: { channel: "open:a" } },
      { id: 5, presence: { channel: "open:a" } },
      { id: 9, publish: { channel: "open:b", data: 1 } },
      { id: 2, history: { channel: "open:b", limit: -1 } },
      { id: 3, presence_stats: { channel: "open:b" } },
      { id: 4, unsubscribe: { channel: "open:a" } },
    );
    const replies = line
      .taken()
      .flat()
      .filter(({ push }) => !push);
    assert.deepEqual(
      replies.map(({ id }) => id),
      [7, 5, 9, 2, 3, 4],
    );
    assert.ok(replies.every(({ error }) => !error));
  });

  it("run one after the other, also across frames", async () => {
    const { wrapEngine, answer } = slowPresence();
    const line = await connected({ wrapEngine });
    await line.send({ id: 2, presence: { channel: "open:a" } });
    await line.send({ id: 3, publish: { channel: "open:a", data: 1 } });
    assert.deepEqual(line.taken(), []);
    answer();
    await settled();
    assert.deepEqual(line.ids().flat(), [2, 3]);
  });

  it("are told of to whoever measures, with the code of their error", async () => {
    const line = await connected();
    const events: unknown[] = [];
    line.ground.hub.listen((event) => {
      if (event.type === "command") events.push([event.method, event.errorCode]);
    });
    await line.send({ id: 2, publish: { channel: "open:a", data: 1 } }, { id: 3, history: { channel: "nosuch:a" } });
    assert.deepEqual(events, [
      ["publish", 0],
      ["history", 102],
    ]);
  });
});

describe("replies", () => {
  it("leave together, at most sixteen in a frame", async () => {
    const line = await connected();
    await line.send(...upTo(40).map((n) => publishing(n + 1)));
    assert.deepEqual(
      line.taken().map((frame) => frame.length),
      [16, 16, 8],
    );
  });

  it("to a subscribe leave at once, after earlier replies and before its first publication", async () => {
    const line = await connected();
    await line.send(
      { id: 2, publish: { channel: "open:b", data: 1 } },
      { id: 3, subscribe: { channel: "open:a" } },
      { id: 4, publish: { channel: "open:a", data: 2 } },
    );
    const seen = line.taken().map((frame) => frame.map(({ id, push }) => id ?? Object.keys(push ?? {})));
    assert.deepEqual(seen, [[2, 3], [["channel", "pub"]], [4]]);
  });

  it("to commands that need none do not exist", async () => {
    const line = await connected();
    while (line.wire.frames.length === 0) line.ground.clock.advance(1_000);
    assert.deepEqual(line.taken(), [[{}]]);
    await line.send({});
    line.ground.clock.advance(10_000);
    assert.deepEqual([line.taken(), line.wire.closed], [[], undefined]);
  });

  it("do not wait for a later command that takes long", async () => {
    const { wrapEngine, answer } = slowPresence();
    const line = await connected({ wrapEngine });
    await line.send(publishing(2), publishing(3), { id: 4, presence: { channel: "open:a" } });
    line.ground.clock.turn();
    assert.deepEqual(line.ids(), [[2, 3]]);
    answer();
    await settled();
    assert.deepEqual(line.ids(), [[4]]);
  });

  it("already made leave before the connection is ended", async () => {
    const line = await connected();
    await line.send(publishing(2), { id: 3, subscribe: { channel: "" } }, publishing(4));
    assert.deepEqual(line.ids().flat(), [2]);
    assert.equal(line.wire.closed?.code, 3501);
  });
});

describe("the limits of a connection", () => {
  it("are 4096 commands that wait; one more ends it with 3013", async () => {
    const many = upTo(4_096).map((n) => publishing(n + 1));
    const patient = await connected();
    await patient.send(...many);
    assert.equal(patient.wire.closed, undefined);
    const hasty = await connected();
    await hasty.send(...many, publishing(5_000));
    assert.equal(hasty.wire.closed?.code, 3013);
    assert.deepEqual(hasty.taken(), []);
  });

  it("count what waits over several frames", async () => {
    const { wrapEngine } = slowPresence();
    const line = await connected({ wrapEngine });
    await line.send({ id: 2, presence: { channel: "open:a" } });
    const frame = upTo(1_024).map((n) => publishing(n + 2));
    for (let i = 0; i < 4; i++) await line.send(...frame);
    assert.equal(line.session.state, "connected");
    await line.send(publishing(9_999));
    assert.equal(line.wire.closed?.code, 3013);
  });

  it("let the event loop have its turn after 64 commands", async () => {
    const line = await connected();
    await line.send(...upTo(150).map((n) => publishing(n + 1)));
    assert.equal(line.taken().flat().length, 64);
    line.ground.clock.turn();
    await settled();
    assert.equal(line.taken().flat().length, 64);
    line.ground.clock.turn();
    await settled();
    assert.equal(line.taken().flat().length, 22);
  });

  it("end a slow reader with 3008", async () => {
    const line = await connected();
    line.dispatch.overflow();
    assert.equal(line.wire.closed?.code, 3008);
    assert.equal(line.session.state, "closed");
  });
});

describe("what goes wrong", () => {
  it("in one command is answered, and the connection goes on", async () => {
    const line = await connected();
    await line.send(
      { id: 2, subscribe: { channel: "nosuch:a" } },
      { id: 3, rpc: { method: "m" } },
      { id: 4, ping: {} },
      publishing(5),
    );
    const outcome = line
      .taken()
      .flat()
      .map(({ id, error }) => [id, error?.code ?? 0]);
    assert.deepEqual(outcome, [
      [2, 102],
      [3, 108],
      [4, 108],
      [5, 0],
    ]);
    assert.equal(line.wire.closed, undefined);
  });

  for (const [what, command, code] of [
    ["a second connect", { id: 2, connect: {} }, 3501],
    ["no channel", { id: 2, history: {} }, 3501],
    ["a pong that nobody asked for", {}, 3501],
    ["a message that nobody listens for", { send: { data: 1 } }, 3508],
  ] as const) {
    it(`with ${what} ends the connection with ${code}`, async () => {
      const line = await connected();
      await line.send(command);
      assert.deepEqual([line.wire.closed?.code, line.session.state], [code, "closed"]);
      assert.deepEqual(line.taken(), []);
    });
  }

  it("in one line of a frame spoils the frame: nothing of it is done", async () => {
    const line = await connected();
    line.dispatch.message(`${JSON.stringify(publishing(2))}\n{`);
    await settled();
    assert.deepEqual([line.wire.closed?.code, line.taken()], [3501, []]);
    assert.equal(line.published(), 0);
  });

  it("inside of the hub ends the connection with 3004 and tells the client nothing more", async () => {
    const failing = (engine: Engine): Engine => ({
      ...slowPresence().wrapEngine(engine),
      presence: { ...engine.presence, list: () => Promise.reject(new Error("secret of the engine")) },
    });
    const line = await connected({ wrapEngine: failing });
    await line.send({ id: 2, presence: { channel: "open:a" } });
    assert.deepEqual(line.wire.closed, { code: 3004, reason: "internal server error" });
    assert.deepEqual(line.taken(), []);
  });

  it("before connect ends the connection with 3501", async () => {
    const line = await openLine();
    await line.send(publishing(1));
    assert.deepEqual([line.wire.closed?.code, line.taken()], [3501, []]);
  });

  it("in connect is answered when it can be mended, and every later command ends the connection with 3501", async () => {
    for (const next of [publishing(2), { id: 2, connect: {} }]) {
      const line = await openLine();
      const token = line.ground.tokenFor({ identity: { user: "ana" }, expireAt: 1 });
      await line.send({ id: 1, connect: { token } });
      const [[reply] = []] = line.taken();
      assert.deepEqual([reply?.id, reply?.error?.code, line.wire.closed], [1, 110, undefined]);
      await line.send(next);
      assert.deepEqual([line.wire.closed?.code, line.taken()], [3501, []]);
    }
  });

  it("in connect for good ends the connection, and commands behind it are not heard", async () => {
    const line = await openLine();
    await line.send({ id: 1, connect: { token: "forged" } }, publishing(2));
    assert.deepEqual([line.wire.closed?.code, line.taken()], [3500, []]);
  });
});

describe("the end of a connection", () => {
  it("ends its commands: what waits is not done, and nothing is sent", async () => {
    const { wrapEngine, answer } = slowPresence();
    const line = await connected({ wrapEngine });
    await line.send({ id: 2, presence: { channel: "open:a" } });
    await line.send(publishing(3));
    line.dispatch.closed(1006);
    answer();
    await settled();
    line.dispatch.message(JSON.stringify(publishing(4)));
    await settled();
    assert.deepEqual([line.taken(), line.session.state], [[], "closed"]);
    assert.equal(line.published(), 0);
  });

  it("names a user of a trusted header instead of a token", async () => {
    const line = await openLine({}, "eva");
    await line.send({ id: 1, connect: {} });
    assert.deepEqual([line.session.state, line.session.identity.user], ["connected", "eva"]);
  });
});
