import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { protobuf } from "../../packages/server/src/doors/centrifugo/protobuf/protobuf.ts";
import { connectCommand, subscribeCommand } from "./protobuf-command.ts";

const id = fc.integer({ min: 1, max: 0x7fff_ffff });
const text = fc.string({ unit: "grapheme", maxLength: 400 });

describe("a Protobuf command", () => {
  it("to connect is read by the server's codec with the same id and token", () => {
    fc.assert(
      fc.property(id, text, (number, token) => {
        const [command, ...more] = protobuf.decode(connectCommand(number, token));
        assert.deepEqual(more, []);
        assert.equal(command?.id, number);
        assert.equal(command.request.type, "connect");
        assert.equal(command.request.token ?? "", token);
      }),
    );
  });

  it("to subscribe is read by the server's codec with the same id and channel", () => {
    fc.assert(
      fc.property(id, text, (number, channel) => {
        const [command, ...more] = protobuf.decode(subscribeCommand(number, `c${channel}`));
        assert.deepEqual(more, []);
        assert.equal(command?.id, number);
        assert.equal(command.request.type, "subscribe");
        assert.equal(command.request.channel, `c${channel}`);
      }),
    );
  });
});
