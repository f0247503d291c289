import { type WebSocket, WebSocketServer } from "ws";
import { answerCommands, encodePush, readArguments } from "./just-enough.ts";
import { createPublishServer } from "./node-http.ts";

/** What one writes with `ws`: the message encoded once per publication, then sent to each subscriber in a loop. */

const options = readArguments();
const channels = new Map<string, Set<WebSocket>>();

const http = createPublishServer(options, (publish) => {
  const subscribers = channels.get(publish.channel);
  if (!subscribers) return;
  const message = Buffer.from(encodePush(publish));
  for (const socket of subscribers) socket.send(message, { binary: false });
});

new WebSocketServer({ server: http }).on("connection", (socket: WebSocket) => {
  const joined: Set<WebSocket>[] = [];
  socket.on("message", (frame: Buffer) => {
    const answer = answerCommands(frame.toString(), options.hmacSecret, (channel) => {
      const subscribers = channels.get(channel) ?? new Set();
      channels.set(channel, subscribers.add(socket));
      joined.push(subscribers);
    });
    if (answer) socket.send(answer);
  });
  socket.on("close", () => {
    for (const subscribers of joined) subscribers.delete(socket);
  });
});

http.listen(options.port);
