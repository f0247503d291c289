import { Server } from "socket.io";
import { serveIo } from "../../packages/server/src/doors/socketio/serve-io.fixture.ts";
import { readArguments } from "./just-enough.ts";
import { type Broadcast, broadcast, serveRooms } from "./socketio-application.ts";

/** The same application on the hub's engine and adapter. */

const { port, apiKey, hmacSecret } = readArguments();
const io: Server = new Server({ serveClient: false });
serveRooms(io, hmacSecret);

await serveIo(io, port, [
  { method: "GET", path: "/health", handle: () => ({ kind: "reply", status: 200, body: "{}" }) },
  {
    method: "POST",
    path: "/api/publish",
    async handle(request) {
      if (request.header("x-api-key") !== apiKey) return { kind: "reply", status: 401, body: "{}" };
      const body = Buffer.from(await request.body(65_536)).toString();
      broadcast(io, JSON.parse(body) as Broadcast);
      return {
        kind: "reply",
        status: 200,
        headers: { "content-type": "application/json" },
        body: '{"result":{}}',
      };
    },
  },
]);
