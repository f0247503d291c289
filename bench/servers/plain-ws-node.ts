import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { serverTextFrame } from "../generator/frame.ts";
import { readArguments } from "./just-enough.ts";
import { answerRequest, encodeEvent, welcome } from "./just-enough-plain.ts";
import { createPublishServer } from "./node-http.ts";

/** As fast as `ws` can be made: each frame built once and written past it, into the sockets below. */

const options = readArguments();
const channels = new Map<string, Set<Duplex>>();

const http = createPublishServer(options, (publish) => {
  const subscribers = channels.get(publish.channel);
  if (!subscribers) return;
  const frame = serverTextFrame(encodeEvent(publish));
  for (const stream of subscribers) stream.write(frame);
});

new WebSocketServer({ server: http }).on("connection", (socket: WebSocket, { socket: stream }) => {
  const joined: Set<Duplex>[] = [];
  socket.send(welcome);
  socket.on("message", (frame: Buffer) => {
    const answer = answerRequest(frame.toString(), options.hmacSecret, (channel) => {
      const subscribers = channels.get(channel) ?? new Set();
      channels.set(channel, subscribers.add(stream));
      joined.push(subscribers);
    });
    if (answer) socket.send(answer);
  });
  socket.on("close", () => {
    for (const subscribers of joined) subscribers.delete(stream);
  });
});

http.listen(options.port);
