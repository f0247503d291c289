import type { DoorContractOptions } from "../../door.contract.ts";
import { PlainClient } from "./plain-client.fixture.ts";

/** The contract speaks faster, and with larger messages, than the door takes unless it is told. */
const ample = { message_size_limit: 65_536, message_rate_limit: 10_000 };

export const plain: DoorContractOptions = {
  driver: {
    config: { plain_websocket: ample },
    client: (server, options) => new PlainClient(server, options),
    tooLarge: 1009,
    garbage: {
      "no JSON": "hello",
      "half a frame": '{"type":"subscribe","chan',
      "an empty frame": "",
      "bytes that are no text": Uint8Array.of(0xc3, 0x28, 0xff),
      "JSON as bytes": Buffer.from('{"type":"ping"}'),
      "a number": "7",
      null: "null",
      "a list": '[{"type":"ping"}]',
      "no type": '{"id":2}',
      "a type of the wrong type": '{"type":7}',
      "a method of another protocol": '{"id":2,"subscribe":{"channel":"open:a"}}',
      "an id that is an object": '{"id":{},"type":"ping"}',
      "an endless id": `{"id":"${"x".repeat(1_000)}","type":"ping"}`,
      "deep nesting": `{"type":"publish","channel":"open:a","data":${"[".repeat(20_000)}`,
      "an empty channel": '{"type":"subscribe","channel":""}',
      "__proto__ as a type": '{"__proto__":{"type":"ping"}}',
    },
  },
};
