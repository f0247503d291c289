import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Socket as ServerSocket } from "socket.io";
import type { Socket } from "socket.io-client";
import { follow } from "../../../hub/index.ts";
import { createSeededIds } from "../../../kit/ids.ts";
import { createGround, type Ground, type Node, next } from "../socketio-ground.fixture.ts";
import { type Storage, storages } from "./storages.fixture.ts";

/** A client that moves between nodes, and what an application would have seen. */
class Wanderer {
  readonly #ground: Ground;
  #client: Socket | undefined;
  state: State = {};
  /** What came between one fresh start and the next; what it got before and after a recovery belongs together. */
  readonly #stretches: unknown[][][] = [];
  recovered = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  get socket(): Socket {
    assert.ok(this.#client);
    return this.#client;
  }

  get stretches(): readonly unknown[][] {
    return this.#stretches.map((each) => each.flat());
  }

  /** Resolves with whether it was recovered. */
  async connect(node: Node): Promise<boolean> {
    const client = this.#ground.client(node, { transports: ["websocket"] });
    // What the official client keeps when it reconnects by itself, here to another address.
    Object.assign(client, { _pid: this.state.pid, _lastOffset: this.state.offset });
    const seen: unknown[] = [];
    client.on("event", (value: unknown) => seen.push(value));
    const ready = next(client, "recovery");
    client.connect();
    await ready;
    this.#client = client;
    if (client.recovered) this.#stretches.at(-1)?.push(seen);
    else this.#stretches.push([seen]);
    if (client.recovered) this.recovered++;
    return client.recovered;
  }

  /** What the official client would bring along now. */
  get position(): State {
    const { _pid: pid, _lastOffset: offset } = this.socket as unknown as { _pid: string; _lastOffset: string };
    return { pid, offset };
  }

  /** The connection breaks; resolves when the server has noticed. */
  async lose(node: Node): Promise<void> {
    const { socket } = this;
    const server = node.io.sockets.sockets.get(socket.id ?? "");
    const noticed = server ? next(server as never, "disconnect") : Promise.resolve([]);
    socket.io.engine.close();
    this.state = this.position;
    await noticed;
  }
}

interface State {
  readonly pid?: string;
  readonly offset?: string;
}

async function twoNodes(ground: Ground): Promise<[Node, Node]> {
  const nodes: [Node, Node] = [await ground.node({ recovery: true, lag: true }), await ground.node({ recovery: true })];
  for (const { io } of nodes) {
    io.use((socket, pass) => {
      const { banned } = socket.handshake.auth;
      // Publications come in between.
      setImmediate(() => pass(banned ? new Error("banned") : undefined));
    });
    io.on("connection", (socket: ServerSocket) => {
      if (!socket.recovered) void socket.join("room");
      socket.data.visits = (socket.data.visits ?? 0) + 1;
    });
  }
  await ground.acquainted();
  return nodes;
}

for (const [where, open] of Object.entries(storages)) {
  describe(`a client that loses its connection to nodes that meet ${where}`, () => {
    let storage: Storage;
    before(async () => {
      storage = await open();
    });
    after(() => storage.close());

    const withGround = (run: (ground: Ground, nodes: [Node, Node]) => Promise<void>) => async (): Promise<void> => {
      const ground = createGround(storage);
      try {
        await run(ground, await twoNodes(ground));
      } finally {
        await ground.close();
      }
    };

    it(
      "gets on another node what it has missed, with its id, rooms and data",
      withGround(async (ground, [here, there]) => {
        const wanderer = new Wanderer(ground);
        assert.equal(await wanderer.connect(here), false);
        const { id } = wanderer.socket;
        const first = next(wanderer.socket, "event");
        here.io.to("room").emit("event", 1);
        await first;
        await wanderer.lose(here);
        there.io.to("room").emit("event", 2);
        here.io.emit("event", 3);
        here.io.to("other room").emit("event", "not this");
        here.io.except("room").emit("event", "nor this");
        here.io.to(["room", "other room"]).emit("event", 4);
        await settled(ground, [here, there]);
        assert.equal(await wanderer.connect(there), true);
        const last = next(wanderer.socket, "event");
        here.io.to("room").emit("event", 5);
        await last;
        assert.deepEqual(
          wanderer.stretches.map((each) => each.sort()),
          [[1, 2, 3, 4, 5]],
        );
        assert.equal(wanderer.socket.id, id);
        const [server] = await there.io.in("room").fetchSockets();
        assert.deepEqual([server?.id, server?.data.visits], [id, 2]);
      }),
    );

    it(
      "is told when what was for it alone got lost on the way, and when history does not reach back",
      withGround(async (ground, [here, there]) => {
        for (const sees of [true, false]) {
          const direct = new Wanderer(ground);
          await direct.connect(here);
          const before = direct.position;
          await here.io.sockets.sockets.get(direct.socket.id ?? "")?.join("room");
          here.io.to(direct.socket.id ?? "").emit("event", "for it alone");
          await next(direct.socket, "event");
          await direct.lose(here);
          await settled(ground, [here, there]);
          if (!sees) direct.state = { ...direct.state, offset: before.offset ?? "" };
          assert.equal(await direct.connect(there), sees);
        }

        const late = new Wanderer(ground);
        await late.connect(here);
        await late.lose(here);
        for (let number = 0; number < 1_200; number++) here.io.to("room").emit("event", number);
        await settled(ground, [here, there]);
        assert.equal(await late.connect(there), false, "history holds a thousand");
      }),
    );

    it(
      "says again who it is, and gets nothing when it is not let in",
      withGround(async (ground, [here, there]) => {
        const wanderer = new Wanderer(ground);
        await wanderer.connect(here);
        await wanderer.lose(here);
        here.io.to("room").emit("event", "secret");
        await settled(ground, [here, there]);
        const client = ground.client(there, { transports: ["websocket"], auth: { banned: true } });
        const { pid, offset } = wanderer.state;
        Object.assign(client, { _pid: pid, _lastOffset: offset });
        const frames: unknown[] = [];
        client.io.on("open", () => client.io.engine.on("data", (data) => frames.push(data)));
        const refused = next(client, "connect_error");
        client.connect();
        await refused;
        assert.ok(!frames.some((frame) => String(frame).includes("secret")), String(frames));
      }),
    );

    it(
      "comes back once: of two with the same credentials one starts anew",
      withGround(async (ground, [here, there]) => {
        for (let round = 0; round < 20; round++) {
          const [first, second] = [new Wanderer(ground), new Wanderer(ground)];
          await first.connect(here);
          await first.lose(here);
          second.state = first.state;
          await settled(ground, [here, there]);
          const outcomes = await Promise.all([first.connect(there), second.connect(round % 2 ? here : there)]);
          assert.ok(outcomes.filter(Boolean).length <= 1, String(outcomes));
        }
      }),
    );

    it(
      "wherever it comes back, a thousand times and while both nodes publish: nothing is missing, doubled or out of order",
      { timeout: 120_000 },
      withGround(async (ground, nodes) => {
        const ids = createSeededIds(7);
        const wanderers = Array.from({ length: WANDERERS }, () => new Wanderer(ground));
        const inOrder: unknown[] = [];
        const tenant = nodes[1].hub.directory.tenant("default");
        assert.ok(tenant);
        await follow(
          nodes[1].hub,
          { tenant, crossesTenants: false, session: undefined },
          { channel: "room:room", publication: ({ data }) => inOrder.push(JSON.parse(String(data)).args[0]) },
        );
        let published = 0;
        let wandering = true;
        const publish = async (): Promise<void> => {
          while (wandering) {
            const { io } = nodes[published % 2 === 0 ? 0 : 1];
            io.to("room").emit("event", ++published);
            if (published % 20 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
            if (published % 200 === 0) await settled(ground, nodes);
          }
        };
        const wander = async (wanderer: Wanderer): Promise<void> => {
          let at = nodes[0];
          await wanderer.connect(at);
          for (let round = 0; round < ROUNDS; round++) {
            if (ids.fraction() < 0.7) await next(wanderer.socket, "event");
            await wanderer.lose(at);
            at = nodes[ids.fraction() < 0.5 ? 0 : 1];
            await wanderer.connect(at);
          }
        };
        const publishing = publish();
        await Promise.all(wanderers.map(wander));
        wandering = false;
        await publishing;
        await settled(ground, nodes);
        for (const { stretches } of wanderers) {
          for (const stretch of stretches) {
            const start = inOrder.indexOf(stretch[0]);
            assert.deepEqual(stretch, inOrder.slice(start, start + stretch.length));
          }
        }
        const recovered = wanderers.reduce((sum, wanderer) => sum + wanderer.recovered, 0);
        // The others came back before their new node had heard that they were gone.
        assert.ok(recovered > (WANDERERS * ROUNDS) / 4, `${recovered} recoveries`);
      }),
    );
  });
}

/** Of the long test; more by hand: WANDERERS × ROUNDS recoveries. */
const WANDERERS = 10;
const ROUNDS = 100;

/** Resolves when clients of all nodes have got what this one published before. */
async function settled(ground: Ground, nodes: readonly Node[]): Promise<void> {
  const witnesses = await Promise.all(nodes.map((node) => ground.join(node, { transports: ["websocket"] })));
  for (const { io } of nodes) {
    const marks = witnesses.map((witness) => next(witness, "settled"));
    io.emit("settled");
    await Promise.all(marks);
  }
  for (const witness of witnesses) witness.disconnect();
}
