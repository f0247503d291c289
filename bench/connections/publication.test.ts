import assert from "node:assert/strict";
import { test } from "node:test";
import { readStamped, stampedPayload } from "./publication.ts";

test("moment and offset of every publication in a message are found", () => {
  const push = (sentAt: number, offset: number) =>
    `{"push":{"channel":"a","pub":{"data":${stampedPayload(sentAt)},"offset":${offset}}}}`;
  const message = Buffer.from([push(1_795_337_796_984.675, 7), push(1_795_337_796_985, 1_234_567)].join("\n"));
  const found: [number, number][] = [];
  readStamped(message, (sentAt, offset) => found.push([sentAt, offset]));
  assert.deepEqual(found, [
    [1_795_337_796_984.675, 7],
    [1_795_337_796_985, 1_234_567],
  ]);
});

test("a message without publications has none", () => {
  readStamped(Buffer.from("{}"), () => assert.fail("nothing is there"));
});
