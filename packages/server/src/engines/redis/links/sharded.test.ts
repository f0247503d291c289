import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Link, Partition } from "../link.ts";
import { createShardedLink } from "./sharded.ts";

interface Named extends Partition {
  readonly of: string;
}

function fakeLink(name: string): Link {
  const partition = { of: name, tag: "" } as Named;
  return {
    name,
    partitions: [partition],
    control: [partition],
    partitionOf: () => partition,
    open: async () => {},
    close: async () => {},
  };
}

const KEYS = Array.from({ length: 10_000 }, (_, index) => `tenant/channel:${index}`);

const placesOf = (names: readonly string[]): readonly string[] => {
  const link = createShardedLink(names.map(fakeLink));
  return KEYS.map((key) => (link.partitionOf(key) as Named).of);
};

describe("independent shards", () => {
  it("share the keys evenly, whatever the order in which they are named", () => {
    const names = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"];
    const places = placesOf(names);
    for (const name of names) {
      const share = places.filter((place) => place === name).length / KEYS.length;
      assert.ok(share > 0.3 && share < 0.37, `${name} has ${share}`);
    }
    assert.deepEqual(placesOf([...names].reverse()), places);
  });

  it("give a new one its share and move nothing else", () => {
    const before = placesOf(["a:1", "b:1", "c:1"]);
    const after = placesOf(["a:1", "b:1", "c:1", "d:1"]);
    const moved = after.filter((place, index) => place !== before[index]);
    assert.ok(moved.every((place) => place === "d:1"));
    const share = moved.length / KEYS.length;
    assert.ok(share > 0.22 && share < 0.28, `${share} moved`);
  });

  it("open together or not at all", async () => {
    const closed: string[] = [];
    const links = ["a", "b"].map((name) => ({ ...fakeLink(name), close: async () => void closed.push(name) }));
    const broken = { ...fakeLink("c"), open: () => Promise.reject(new Error("c is away")) };
    await assert.rejects(createShardedLink([...links, broken]).open({ message() {}, interrupted() {} }), /c is away/);
    assert.deepEqual(closed, ["a", "b"]);
  });
});
