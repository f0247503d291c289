import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SubscribeResult } from "../../hub/index.ts";
import { webSocketJson } from "./json.ts";
import type { Result } from "./messages.ts";

const reply = (result: Result): unknown => JSON.parse(String(webSocketJson.encodeResult(1, result)));

const plain = {
  expires: false,
  ttl: 0,
  positioned: false,
  recoverable: false,
  wasRecovering: false,
  recovered: false,
  publications: [],
};
const greeting = {
  client: "c1",
  session: "s1",
  node: "n1",
  version: "1.2.3",
  expires: false,
  ttl: 0,
  ping: 0,
  pong: false,
  subscriptions: new Map(),
};

describe("results as JSON, zero values left out:", () => {
  for (const [what, result, expected] of [
    [
      "connect without an end or pings",
      { type: "connect", result: greeting },
      { connect: { client: "c1", version: "1.2.3", session: "s1", node: "n1" } },
    ],
    [
      "connect with all there is",
      { type: "connect", result: { ...greeting, expires: true, ttl: 60, ping: 25, pong: true, time: 7 } },
      {
        connect: {
          client: "c1",
          version: "1.2.3",
          expires: true,
          ttl: 60,
          ping: 25,
          pong: true,
          session: "s1",
          node: "n1",
          time: 7,
        },
      },
    ],
    [
      "connect with subscriptions of the server",
      {
        type: "connect",
        result: {
          ...greeting,
          subscriptions: new Map<string, SubscribeResult>([
            ["#ana", plain],
            ["a", { ...plain, recoverable: true, positioned: true, position: { offset: 4, epoch: "e" } }],
          ]),
        },
      },
      {
        connect: {
          client: "c1",
          version: "1.2.3",
          session: "s1",
          node: "n1",
          subs: { "#ana": {}, a: { recoverable: true, positioned: true, epoch: "e", offset: 4 } },
        },
      },
    ],
    ["subscribe to a plain channel", { type: "subscribe", result: plain }, { subscribe: {} }],
    [
      "subscribe with everything recovered",
      {
        type: "subscribe",
        result: {
          expires: true,
          ttl: 30,
          positioned: true,
          recoverable: true,
          position: { offset: 4, epoch: "e" },
          wasRecovering: true,
          recovered: true,
          publications: [
            { data: '{"n":1}', offset: 5 },
            { data: "2", offset: 6, tags: { k: "v" }, info: { user: "ana", client: "c2" } },
          ],
          data: '"hello"',
        },
      },
      {
        subscribe: {
          expires: true,
          ttl: 30,
          recoverable: true,
          epoch: "e",
          offset: 4,
          positioned: true,
          recovered: true,
          was_recovering: true,
          publications: [
            { data: { n: 1 }, offset: 5 },
            { data: 2, offset: 6, tags: { k: "v" }, info: { user: "ana", client: "c2" } },
          ],
          data: "hello",
        },
      },
    ],
    [
      "subscribe that could not recover, at the beginning of a stream",
      {
        type: "subscribe",
        result: {
          ...plain,
          positioned: true,
          recoverable: true,
          wasRecovering: true,
          position: { offset: 0, epoch: "e" },
        },
      },
      { subscribe: { recoverable: true, epoch: "e", positioned: true, was_recovering: true } },
    ],
    ["unsubscribe", { type: "unsubscribe" }, { unsubscribe: {} }],
    ["publish", { type: "publish" }, { publish: {} }],
    ["ping", { type: "ping" }, { ping: {} }],
    ["presence of nobody", { type: "presence", clients: [] }, { presence: { presence: {} } }],
    [
      "presence by client",
      {
        type: "presence",
        clients: [
          { user: "ana", client: "c1", connInfo: '{"n":1}', chanInfo: "[]" },
          { user: "", client: "c2" },
        ],
      },
      {
        presence: {
          presence: { c1: { user: "ana", client: "c1", conn_info: { n: 1 }, chan_info: [] }, c2: { client: "c2" } },
        },
      },
    ],
    ["presence stats of nobody", { type: "presence_stats", clients: 0, users: 0 }, { presence_stats: {} }],
    [
      "presence stats",
      { type: "presence_stats", clients: 3, users: 2 },
      { presence_stats: { num_clients: 3, num_users: 2 } },
    ],
    [
      "history of a stream that has not begun",
      { type: "history", page: { publications: [], top: { offset: 0, epoch: "e" } } },
      { history: { epoch: "e" } },
    ],
    [
      "history",
      { type: "history", page: { publications: [{ data: "1", offset: 8 }], top: { offset: 9, epoch: "e" } } },
      { history: { publications: [{ data: 1, offset: 8 }], epoch: "e", offset: 9 } },
    ],
    ["rpc", { type: "rpc", data: '{"answer":42}' }, { rpc: { data: { answer: 42 } } }],
    [
      "refresh",
      { type: "refresh", result: { expires: true, ttl: 60 }, client: "c1", version: "1.2.3" },
      { refresh: { client: "c1", version: "1.2.3", expires: true, ttl: 60 } },
    ],
    [
      "refresh to a life without an end",
      { type: "refresh", result: { expires: false, ttl: 0 }, client: "c1", version: "1.2.3" },
      { refresh: { client: "c1", version: "1.2.3" } },
    ],
    [
      "refresh of a subscription",
      { type: "sub_refresh", result: { expires: true, ttl: 60 } },
      { sub_refresh: { expires: true, ttl: 60 } },
    ],
  ] as const satisfies readonly (readonly [string, Result, unknown])[]) {
    it(what, () => assert.deepEqual(reply(result), { id: 1, ...expected }));
  }

  it("carries bytes as base64, wherever a payload may stand", () => {
    const bytes = Uint8Array.of(0, 255, 10, 34);
    const base64 = "AP8KIg==";
    assert.deepEqual(reply({ type: "rpc", data: bytes }), { id: 1, rpc: { data: base64 } });
    const page = { publications: [{ data: bytes, offset: 1 }], top: { offset: 1, epoch: "e" } };
    assert.deepEqual(reply({ type: "history", page }), {
      id: 1,
      history: { publications: [{ data: base64, offset: 1 }], epoch: "e", offset: 1 },
    });
    const result = { ...plain, data: bytes };
    assert.deepEqual(reply({ type: "subscribe", result }), { id: 1, subscribe: { data: base64 } });
  });

  it("says whether an error is worth another attempt", () => {
    const error = (temporary: boolean): unknown =>
      JSON.parse(String(webSocketJson.encodeError(3, { code: 100, message: 'in "ternal"', temporary })));
    assert.deepEqual(error(true), { id: 3, error: { code: 100, message: 'in "ternal"', temporary: true } });
    assert.deepEqual(error(false), { id: 3, error: { code: 100, message: 'in "ternal"' } });
  });
});
