import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Accountant, addAccounts } from "./account.ts";

const zeros = { delivered: 0, recovered: 0, lost: 0, duplicated: 0, reordered: 0, told: 0 };

test("whoever gets everything in order loses nothing", () => {
  const accountant = new Accountant(2);
  accountant.begin(0, 0);
  accountant.begin(1, 3);
  for (const offset of [1, 2, 3, 4]) accountant.arrived(0, offset, "live");
  accountant.arrived(1, 4, "recovered");
  assert.deepEqual(
    accountant.close(() => 4),
    { ...zeros, delivered: 5, recovered: 1 },
  );
});

test("what is left out, at the end or in between, is lost", () => {
  const accountant = new Accountant(1);
  accountant.begin(0, 0);
  for (const offset of [1, 4]) accountant.arrived(0, offset, "live");
  assert.equal(accountant.close(() => 6).lost, 4);
});

test("who is told to start anew has lost nothing unnoticed", () => {
  const accountant = new Accountant(1);
  accountant.begin(0, 0);
  accountant.arrived(0, 3, "live");
  accountant.begin(0, 7);
  assert.deepEqual(
    accountant.close(() => 7),
    { ...zeros, delivered: 1, told: 1 },
  );
});

test("members that never followed a channel miss nothing of it", () => {
  assert.deepEqual(
    new Accountant(3).close(() => 9),
    zeros,
  );
});

test("any mixture of arrivals is accounted for", () => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 });
  fc.assert(
    fc.property(arrivals, (offsets) => {
      const accountant = new Accountant(1);
      accountant.begin(0, 0);
      for (const offset of offsets) accountant.arrived(0, offset, "live");
      const { delivered, lost, duplicated, reordered } = accountant.close(() => 12);
      const once = new Set(offsets);
      assert.equal(delivered, once.size);
      assert.equal(lost, 12 - once.size);
      assert.equal(duplicated, offsets.length - once.size);
      const late = [...once].filter((offset) =>
        offsets.slice(0, offsets.indexOf(offset)).some((each) => each > offset),
      );
      assert.equal(reordered, late.length);
    }),
  );
});

test("accounts of several swarms add up", () => {
  assert.deepEqual(
    addAccounts([
      { ...zeros, lost: 1 },
      { ...zeros, lost: 2, told: 3 },
    ]),
    { ...zeros, lost: 3, told: 3 },
  );
});
