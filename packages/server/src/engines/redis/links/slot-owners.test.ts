import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf, readRedirection, readSlots, slotOf } from "./slot-owners.ts";

const asked = { host: "10.0.0.9", port: 7000 };

describe("the slots of a Cluster", () => {
  it("are those of the specification", () => {
    assert.equal(slotOf("123456789"), 0x31c3);
    assert.equal(slotOf("foo"), 12_182);
    assert.equal(slotOf(""), 0);
  });

  it("are read with their masters, also where a node does not know its own address", () => {
    const reply = [
      [0, 5460, [Buffer.from("10.0.0.1"), 7000, Buffer.from("id")], [Buffer.from("10.0.0.4"), 7003, Buffer.from("id")]],
      [5461, 16_383, [null, 7001, Buffer.from("id")]],
    ];
    const [first, second, ...more] = readSlots(reply, asked);
    assert.deepEqual(first, {
      first: 0,
      last: 5460,
      owner: { host: "10.0.0.1", port: 7000 },
      holders: [
        { host: "10.0.0.1", port: 7000 },
        { host: "10.0.0.4", port: 7003 },
      ],
    });
    assert.deepEqual(second?.owner, { host: "10.0.0.9", port: 7001 });
    assert.deepEqual(more, []);
    assert.deepEqual(readSlots(null, asked), []);
  });

  it("are found where a master says that they are", () => {
    const moved = { slot: 866, to: { host: "10.0.0.2", port: 7001 }, ask: false };
    assert.deepEqual(readRedirection("MOVED 866 10.0.0.2:7001", asked), moved);
    assert.deepEqual(readRedirection("ASK 866 10.0.0.2:7001", asked), { ...moved, ask: true });
    assert.deepEqual(readRedirection("MOVED 1 :7001", asked)?.to, { host: "10.0.0.9", port: 7001 });
    assert.deepEqual(readRedirection("MOVED 1 ::1:7001", asked)?.to, { host: "::1", port: 7001 });
    assert.equal(readRedirection("WRONGTYPE Operation", asked), undefined);
    assert.equal(nameOf({ host: "::1", port: 7001 }), "[::1]:7001");
  });
});
