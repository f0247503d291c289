import type { Frame } from "../../../hub/index.ts";
import type { WireForm, WireReply } from "./wire.fixture.ts";

/** JSON lines, also in the events of SSE. */
export const jsonForm: WireForm = {
  contentType: "application/json",
  write: (command) => JSON.stringify(command),
  join: (frames) => frames.join("\n"),
  emulation: ({ session, node }, data) => JSON.stringify({ session, node, data: String(data) }),
  createReader: () => (piece) =>
    String(piece)
      .split("\n")
      .map((line) => line.replace(/^data: /, "").trim())
      .filter((line) => line !== "")
      .map((line): WireReply => JSON.parse(line)),
};

export const jsonGarbage: Readonly<Record<string, Frame>> = {
  "no JSON": "hello",
  "half a command": '{"id":2,"subscribe":{"chan',
  "an empty frame": "",
  "an empty line": '{"id":2,"presence":{"channel":"open:a"}}\n\n',
  "bytes that are no text": Uint8Array.of(0xc3, 0x28, 0xff),
  "a number": "7",
  "a command that is null": "null",
  "a list of commands": '[{"id":2,"ping":{}}]',
  "an unknown command": '{"id":2,"dance":{}}',
  "a channel of the wrong type": '{"id":2,"subscribe":{"channel":{"name":"open:a"}}}',
  "no channel": '{"id":2,"subscribe":{}}',
  "a negative position": '{"id":2,"subscribe":{"channel":"open:a","recover":true,"offset":-1}}',
  "an id that is no number": '{"id":"two","presence":{"channel":"open:a"}}',
  "a second connect": '{"id":2,"connect":{}}',
  "deep nesting": `{"id":2,"publish":{"channel":"open:a","data":${"[".repeat(20_000)}`,
  "a crowd of pongs": "{}\n".repeat(5_000),
  "__proto__ as a command": '{"id":2,"__proto__":{"channel":"open:a"}}',
};
