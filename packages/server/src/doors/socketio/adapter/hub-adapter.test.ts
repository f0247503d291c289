import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Socket as ServerSocket } from "socket.io";
import type { Socket } from "socket.io-client";
import { follow, publish } from "../../../hub/index.ts";
import { collect, createGround, type Ground, type Node, next } from "../socketio-ground.fixture.ts";
import { type Storage, storages } from "./storages.fixture.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Resolves when what was sent before has arrived everywhere: marks come behind it. */
async function settled(nodes: readonly Node[], clients: readonly Socket[]): Promise<void> {
  for (const { io } of nodes) {
    const marks = Promise.all(clients.map((client) => next(client, "mark")));
    io.emit("mark");
    await marks;
  }
}

const variants = Object.entries(storages).flatMap(([where, open]) =>
  [false, true].map((stock) => ({ where, open, stock })),
);

for (const { where, open, stock } of variants) {
  describe(`two nodes of one hub ${where}, on ${stock ? "Socket.IO's own engine" : "the hub's engine"}`, () => {
    let storage: Storage;
    let ground: Ground;
    let here: Node;
    let there: Node;
    /** Two sockets of each node, the second one over polling. */
    let clients: Socket[];
    let servers: ServerSocket[];

    before(async () => {
      storage = await open();
      ground = createGround(storage);
      [here, there] = [await ground.node({ stock }), await ground.node({ stock })];
      await ground.acquainted();
    });
    after(async () => {
      await ground.close();
      await storage.close();
    });

    beforeEach(async () => {
      for (const client of clients ?? []) client.disconnect();
      clients = [];
      servers = [];
      for (const node of [here, there]) {
        for (const transport of ["websocket", "polling"] as const) {
          const arrived = new Promise<ServerSocket>((resolve) => node.io.once("connection", resolve));
          clients.push(await ground.join(node, { transports: [transport] }));
          servers.push(await arrived);
        }
      }
    });

    const heard = (event = "event"): unknown[][] => clients.map((client) => collect(client, event));

    it("everybody gets an event once", async () => {
      const seen = heard();
      here.io.emit("event", 1);
      await settled([here, there], clients);
      assert.deepEqual(seen, [[1], [1], [1], [1]]);
    });

    it("who has just joined a room gets what is sent there next, in order, on every node", async () => {
      const seen = heard();
      const last = Promise.all(
        [0, 2].map(
          (index) =>
            new Promise<void>((resolve) => {
              clients[index]?.on("event", (value) => value === 99 && resolve());
            }),
        ),
      );
      await servers[2]?.join("room");
      servers[0]?.join("room");
      for (const number of upTo(100)) here.io.to("room").emit("event", number);
      await last;
      assert.deepEqual(seen, [upTo(100), [], upTo(100), []]);
    });

    it("the sender, a room and a socket of another node can be left out", async () => {
      const seen = heard();
      servers[0]?.broadcast.emit("event", "not the sender");
      await servers[1]?.join("out");
      await servers[3]?.join("out");
      here.io.except("out").emit("event", "not the room");
      here.io.except(servers[2]?.id ?? "").emit("event", "not that one");
      await settled([here, there], clients);
      assert.deepEqual(seen, [
        ["not the room", "not that one"],
        ["not the sender", "not that one"],
        ["not the sender", "not the room"],
        ["not the sender", "not that one"],
      ]);
    });

    it("who is in two of several rooms gets an event once", async () => {
      const seen = heard();
      await Promise.all([servers[0]?.join(["a", "b"]), servers[2]?.join("b"), servers[3]?.join("c")]);
      here.io.to("a").to("b").emit("event", 1);
      here.io.to(["a", "c"]).except("b").emit("event", 2);
      await settled([here, there], clients);
      const marked = new Promise((resolve) => clients[3]?.once("done", resolve));
      here.io.to(["a", "b", "c"]).emit("done");
      await marked;
      assert.deepEqual(seen, [[1], [], [1], [2]]);
    });

    it("a socket of another node is reached by its id", async () => {
      const arrived = next(clients[2] as Socket, "event");
      here.io.to(servers[2]?.id ?? "").emit("event", Buffer.from([1, 2]), { deep: [Buffer.from([3])] });
      const [bytes, { deep }] = (await arrived) as [Buffer, { deep: Buffer[] }];
      assert.deepEqual([Buffer.from(bytes), Buffer.from(deep[0] ?? [])], [Buffer.from([1, 2]), Buffer.from([3])]);
    });

    it("local and volatile events reach whom they can", async () => {
      const seen = heard();
      here.io.local.emit("event", "local");
      await settled([here], clients);
      assert.deepEqual(seen, [["local"], ["local"], [], []]);
      const reached = new Promise<void>((resolve) => clients[2]?.once("gust", resolve));
      const blowing = new AbortController();
      void reached.then(() => blowing.abort());
      while (!blowing.signal.aborted) {
        there.io.volatile.emit("gust");
        await settled([there], clients);
      }
    });

    it("answers of all clients are collected, also binary ones, and a missing one is named", async () => {
      clients.forEach((client, index) => {
        client.on("ask", (reply: (answer: unknown) => void) => reply(Buffer.from([index])));
        client.on("half", (reply: (answer: unknown) => void) => index % 2 === 0 && reply(index));
      });
      const answers: Uint8Array[] = await here.io.timeout(5_000).emitWithAck("ask");
      assert.deepEqual(answers.map((answer) => answer[0]).sort(), [0, 1, 2, 3]);
      // Those who answer need much less, also on a busy machine.
      const failed = await here.io
        .timeout(2_000)
        .emitWithAck("half")
        .then(
          () => assert.fail("somebody did not answer"),
          (error: Error & { responses?: unknown[] }) => error,
        );
      assert.deepEqual([...(failed.responses ?? [])].sort(), [0, 2]);
    });

    it("sockets of all nodes are listed, moved and sent away", async () => {
      servers.forEach((server, index) => {
        server.data = { index };
      });
      const listed = await here.io.fetchSockets();
      assert.deepEqual(listed.map(({ data }) => data.index).sort(), [0, 1, 2, 3]);
      await servers[3]?.join("some");
      const [only] = await here.io.in("some").fetchSockets();
      assert.deepEqual([only?.id, only?.rooms.has("some")], [servers[3]?.id, true]);
      here.io.socketsJoin("moved");
      await until(() => servers.every((server) => server.rooms.has("moved")));
      here.io.in("some").socketsLeave("moved");
      await until(() => servers[3]?.rooms.has("moved") === false);
      assert.equal((await there.io.in("moved").fetchSockets()).length, 3);
      const gone = next(clients[3] as Socket, "disconnect");
      here.io.in("some").disconnectSockets();
      assert.deepEqual((await gone)[0], "io server disconnect");
    });

    it("servers talk to each other, and wait for answers", async () => {
      const told = new Promise<unknown>((resolve) => there.io.once("told", resolve));
      here.io.serverSideEmit("told", { number: 1 });
      assert.deepEqual(await told, { number: 1 });
      there.io.once("asked", (value: number, reply: (answer: number) => void) => reply(value + 1));
      assert.deepEqual(await here.io.serverSideEmitWithAck("asked", 1), [2]);
    });

    it("a Socket.IO namespace is a world of its own", async () => {
      const [shop, other] = [here.io.of("/shop"), there.io.of("/shop")];
      const inRoom = [shop, other].map(
        (namespace) =>
          new Promise<void>((resolve) => {
            namespace.on("connection", async (socket) => {
              await socket.join("room");
              resolve();
            });
          }),
      );
      const guests = [await ground.join(here, { of: "/shop" }), await ground.join(there, { of: "/shop" })];
      await Promise.all(inRoom);
      const seen = guests.map((guest) => collect(guest, "event"));
      const outside = heard();
      await servers[0]?.join("room");
      const done = Promise.all(guests.map((guest) => next(guest, "done")));
      here.io.to("room").emit("event", "outside");
      shop.to("room").emit("event", "inside");
      shop.to("room").emit("done");
      await done;
      await settled([here], clients);
      assert.deepEqual(
        [seen, outside],
        [
          [["inside"], ["inside"]],
          [["outside"], [], [], []],
        ],
      );
      for (const guest of guests) guest.disconnect();
    });

    it("a room is a channel: what is sent is one publication, and a foreign one is an event", async () => {
      const caller = { tenant: here.hub.directory.tenant("default"), crossesTenants: false, session: undefined };
      assert.ok(caller.tenant);
      const api = { ...caller, tenant: caller.tenant };
      const published: unknown[] = [];
      const reader = await follow(there.hub, api, {
        channel: "room:shop",
        publication: ({ data, offset }) => published.push([JSON.parse(String(data)), offset]),
      });
      await servers[2]?.join("shop");
      const arrived = next(clients[2] as Socket, "sale");
      here.io.to("shop").emit("sale", { id: 1 }, Buffer.from("x"));
      await arrived;
      const sale = { event: "sale", args: [{ id: 1 }, { $bytes: "eA==" }], binary: true, rooms: ["shop"] };
      assert.deepEqual(published, [[sale, 1]]);
      const foreign = next(clients[2] as Socket, "publication");
      await publish(here.hub, api, { channel: "room:shop", data: '{"price":3}' });
      assert.deepEqual(await foreign, [{ channel: "room:shop", data: { price: 3 }, offset: 2 }]);
      const event = next(clients[2] as Socket, "priced");
      await publish(here.hub, api, { channel: "room:shop", data: '{"event":"priced","args":[3,"USD"]}' });
      assert.deepEqual(await event, [3, "USD"]);
      reader.end();
    });

    it("a room has two names in one channel: what is sent to one stays there, what others publish comes to both", async () => {
      const caller = { tenant: here.hub.directory.tenant("default"), crossesTenants: false, session: undefined };
      assert.ok(caller.tenant);
      await Promise.all([servers[0]?.join("7"), servers[2]?.join("room:7"), servers[3]?.join(["7", "room:7"])]);
      const seen = heard();
      here.io.to("7").emit("event", "bare");
      here.io.to("room:7").emit("event", "full");
      const [first, third, fourth] = [0, 2, 3].map((index) => next(clients[index] as Socket, "priced"));
      const data = '{"event":"priced","args":[3]}';
      await publish(here.hub, { ...caller, tenant: caller.tenant }, { channel: "room:7", data });
      assert.deepEqual(await Promise.all([first, third, fourth]), [[3], [3], [3]]);
      assert.deepEqual(seen, [["bare"], [], ["full"], ["bare", "full"]]);
      await servers[3]?.leave("7");
      const last = next(clients[3] as Socket, "event");
      here.io.to("7").emit("event", "not to the fourth");
      here.io.to("room:7").emit("event", "still there");
      assert.deepEqual(await last, ["still there"]);
    });

    async function until(holds: () => boolean): Promise<void> {
      while (!holds())
        await settled(
          [here],
          clients.filter((client) => client.connected),
        );
    }
  });
}

it("equal rooms of two tenants never meet", async () => {
  const ground = createGround();
  try {
    const [acme, globex] = [await ground.node({ tenant: "acme" }), await ground.node({ tenant: "globex" })];
    for (const { io } of [acme, globex]) io.on("connection", (socket) => void socket.join("room"));
    const clients = [await ground.join(acme), await ground.join(globex)];
    const seen = clients.map((client) => collect(client, "event"));
    acme.io.to("room").emit("event", "acme's");
    acme.io.to(["room", "other"]).emit("event", "acme's");
    acme.io.emit("event", "acme's");
    assert.equal((await acme.io.fetchSockets()).length, 1);
    for (const [index, { io }] of [acme, globex].entries()) {
      const done = next(clients[index] as Socket, "done");
      io.to("room").emit("done");
      await done;
    }
    assert.deepEqual(
      seen.map((each) => each.length > 0),
      [true, false],
    );
  } finally {
    await ground.close();
  }
});
