import { Server } from "socket.io";
import { isValidToken, readArguments } from "./just-enough.ts";
import { createPublishServer } from "./node-http.ts";

/** Socket.IO as its documentation shows it, WebSocket only: a token check in a middleware, a room per channel. */

const options = readArguments();

const http = createPublishServer(options, ({ channel, data }) => {
  io.to(channel).emit("publication", data);
});

const io: Server = new Server(http, { transports: ["websocket"] });

io.use((socket, next) => {
  const valid = isValidToken(String(socket.handshake.auth.token ?? ""), options.hmacSecret);
  next(valid ? undefined : new Error("unauthorized"));
});

io.on("connection", (socket) => {
  socket.on("subscribe", (channel: string, acknowledge: () => void) => {
    void socket.join(channel);
    acknowledge();
  });
});

http.listen(options.port);
