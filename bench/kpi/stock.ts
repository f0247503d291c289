import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { isValidToken } from "../servers/just-enough.ts";
import { answerParent } from "./question.ts";

/** The least that answers the same clients on Socket.IO alone: what of a figure is Node's and Socket.IO's own. */

const httpServer = createServer();
const io: Server = new Server(httpServer);

interface Update {
  readonly roomId: string;
  readonly type: string;
  readonly payload: object;
}

const update = ({ roomId, type, payload }: Update): void => {
  io.to(`room:${roomId}`).emit("update", { roomId, type, payload, timestamp: new Date().toISOString() });
};

io.use(({ handshake, data }, next) => {
  const token = String(handshake.auth.token);
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { sub: string };
  data.userId = claims.sub;
  next(isValidToken(token, process.env.JWT_SECRET ?? "") ? undefined : new Error("Authentication failed"));
});

io.on("connection", (socket) => {
  void socket.join(`user:${socket.data.userId}`);
  socket.on("join-room", (roomId: string, acknowledge: (reply: object) => void) => {
    void socket.join(`room:${roomId}`);
    acknowledge({ ok: true });
  });
  socket.on("ping", (acknowledge: (reply: object) => void) => acknowledge({ ok: true }));
  socket.on("publish-update", update);
  socket.emit("authenticated", { userId: socket.data.userId });
});

httpServer.listen(0, "127.0.0.1", () =>
  answerParent((httpServer.address() as AddressInfo).port, {
    flood(count) {
      for (let index = 0; index < count; index++) {
        update({ roomId: "crowd", type: "T", payload: { index, last: index === count - 1 } });
      }
    },
  }),
);
