import { answerCommands, encodePush, type Publish, readArguments } from "./just-enough.ts";

/** The floor on this runtime: Bun's own server and native publish, and nothing that could be left out. */

const { port, apiKey, hmacSecret } = readArguments();

Bun.serve({
  port,
  async fetch(request, server) {
    const path = request.url.slice(request.url.indexOf("/", 8));
    if (path === "/api/publish") {
      if (request.headers.get("x-api-key") !== apiKey) return new Response("{}", { status: 401 });
      const publish = (await request.json()) as Publish;
      server.publish(publish.channel, encodePush(publish), false);
      return Response.json({ result: {} });
    }
    if (path === "/health") return Response.json({});
    if (server.upgrade(request)) return;
    return new Response("{}", { status: 404 });
  },
  websocket: {
    idleTimeout: 0,
    message(socket, frame) {
      const answer = answerCommands(String(frame), hmacSecret, (channel) => socket.subscribe(channel));
      if (answer) socket.send(answer);
    },
  },
});
