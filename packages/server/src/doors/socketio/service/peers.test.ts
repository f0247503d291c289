import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock, type VirtualClock } from "../../../kit/virtual-clock.ts";
import { ALIVE_EVERY_MS, type PeerMessage, Peers, type PresenceChange } from "./peers.ts";

interface Node {
  readonly peers: Peers;
  readonly users: Set<string>;
  readonly rooms: Map<string, Set<string>>;
  readonly moved: PresenceChange[];
  readonly ordered: string[];
  isReachable: boolean;
}

/** Nodes whose messages arrive at once, unless the sender or the receiver cannot be reached. */
function createNodes(names: readonly string[], clock: VirtualClock): Node[] {
  const nodes: Node[] = names.map((name) => {
    const users = new Set<string>();
    const rooms = new Map<string, Set<string>>();
    const moved: PresenceChange[] = [];
    const ordered: string[] = [];
    const peers = new Peers({
      node: name,
      clock,
      own: () => ({ users, rooms }),
      tell: (message) => spread(node, message),
      disconnect: (userId) => ordered.push(userId),
      moved: (changes) => moved.push(...changes),
    });
    const node: Node = { peers, users, rooms, moved, ordered, isReachable: true };
    return node;
  });
  function spread(from: Node, message: PeerMessage): void {
    if (!from.isReachable) return;
    const copy: PeerMessage = JSON.parse(JSON.stringify(message));
    for (const node of nodes) if (node !== from && node.isReachable) node.peers.receive(copy);
  }
  return nodes;
}

function change(node: Node, { userId, roomId, here }: PresenceChange): void {
  if (roomId === undefined) {
    if (here) node.users.add(userId);
    else node.users.delete(userId);
  } else {
    const members = node.rooms.get(roomId) ?? new Set();
    if (here) members.add(userId);
    else members.delete(userId);
    if (members.size > 0) node.rooms.set(roomId, members);
    else node.rooms.delete(roomId);
  }
  node.peers.changed({ userId, roomId, here });
}

const knows = (node: Node): object => ({
  users: node.peers.users().sort(),
  rooms: ["r", "s"].map((roomId) => node.peers.usersIn(roomId).sort()),
});
const has = (node: Node): object => ({
  users: [...node.users].sort(),
  rooms: ["r", "s"].map((roomId) => [...(node.rooms.get(roomId) ?? [])].sort()),
});

/** What somebody believes who only heard of the moves, each of which must change something. */
function told({ moved }: Node): object {
  const there = new Set<string>();
  for (const { userId, roomId = "", here } of moved) {
    const place = `${roomId}/${userId}`;
    assert.equal(there.has(place), !here, "a move is told once");
    if (here) there.add(place);
    else there.delete(place);
  }
  const at = (room: string): string[] =>
    [...there].flatMap((place) => (place.startsWith(`${room}/`) ? [place.slice(room.length + 1)] : [])).sort();
  return { users: at(""), rooms: ["r", "s"].map(at) };
}

describe("what nodes know of each other's users", () => {
  it("begins with what there is, and follows each change", () => {
    const [a, b] = createNodes(["a", "b"], createVirtualClock()) as [Node, Node];
    change(a, { userId: "ana", here: true });
    change(a, { userId: "ana", roomId: "r", here: true });
    a.peers.start();
    b.peers.start();
    assert.ok(b.peers.hasUser("ana") && b.peers.isInRoom("ana", "r"));
    change(a, { userId: "ana", roomId: "r", here: false });
    assert.equal(b.peers.isInRoom("ana", "r"), false);
    assert.deepEqual(b.peers.rooms(), []);
  });

  it("is right again soon after messages were lost, whichever they were", () => {
    const step = fc.record({
      node: fc.nat(1),
      isReachable: fc.boolean(),
      userId: fc.constantFrom("ana", "bea", "cid"),
      roomId: fc.constantFrom(undefined, "r", "s"),
      here: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = createVirtualClock();
        const [a, b] = createNodes(["a", "b"], clock) as [Node, Node];
        for (const node of [a, b]) node.peers.start();
        for (const { node, isReachable, ...changed } of steps) {
          const acting = node === 0 ? a : b;
          acting.isReachable = isReachable;
          change(acting, changed);
        }
        a.isReachable = true;
        b.isReachable = true;
        clock.advance(2 * ALIVE_EVERY_MS);
        assert.deepEqual([knows(a), knows(b)], [has(b), has(a)]);
        assert.deepEqual([told(a), told(b)], [has(b), has(a)]);
      }),
    );
  });

  it("forgets a node that fell silent, and says who went with it", () => {
    const clock = createVirtualClock();
    const [a, b, c] = createNodes(["a", "b", "c"], clock) as [Node, Node, Node];
    for (const node of [a, b, c]) node.peers.start();
    change(a, { userId: "ana", here: true });
    change(a, { userId: "ana", roomId: "r", here: true });
    change(a, { userId: "bea", here: true });
    change(c, { userId: "bea", here: true });
    const before = b.moved.length;
    a.isReachable = false;
    clock.advance(20_000);
    assert.deepEqual(b.moved.slice(before), [
      { userId: "ana", roomId: "r", here: false },
      { userId: "ana", here: false },
    ]);
    assert.deepEqual(b.peers.users(), ["bea"]);
  });

  it("tells of a user that leaves two nodes at once on both, whichever message comes first", () => {
    const [a, b] = createNodes(["a", "b"], createVirtualClock()) as [Node, Node];
    for (const node of [a, b]) node.peers.start();
    for (const node of [a, b]) change(node, { userId: "ana", roomId: "r", here: true });
    change(a, { userId: "ana", roomId: "r", here: false });
    change(b, { userId: "ana", roomId: "r", here: false });
    for (const { moved } of [a, b])
      assert.deepEqual(
        moved.map(({ here }) => here),
        [true, false],
      );
  });

  it("carries orders to end a user's connections, and a node's goodbye", () => {
    const [a, b] = createNodes(["a", "b"], createVirtualClock()) as [Node, Node];
    for (const node of [a, b]) node.peers.start();
    change(a, { userId: "ana", here: true });
    b.peers.disconnect("ana");
    assert.deepEqual([a.ordered, b.ordered], [["ana"], []]);
    a.peers.stop();
    assert.equal(b.peers.hasUser("ana"), false);
  });
});
