import { Server } from "socket.io";
import { readArguments } from "./just-enough.ts";
import { createPublishServer } from "./node-http.ts";
import { broadcast, serveRooms } from "./socketio-application.ts";

/** Socket.IO as its documentation shows it, WebSocket only. */

const options = readArguments();
const http = createPublishServer(options, (publish) => broadcast(io, publish));
const io: Server = new Server(http, { transports: ["websocket"] });
serveRooms(io, options.hmacSecret);
http.listen(options.port);
