import type { Server } from "socket.io";
import { isValidToken, type Publish } from "./just-enough.ts";

/** An application of Socket.IO, the same on every engine: a token check in a middleware, rooms, and broadcasts to them. */

/** What is published; `channel` is a room, or several with blanks between. */
export interface Broadcast extends Publish {
  /** A room whose members get nothing. */
  readonly except?: string;
  readonly volatile?: boolean;
  /** The data leave as bytes. */
  readonly binary?: boolean;
}

export function serveRooms(io: Server, secret: string): void {
  io.use((socket, next) => {
    const valid = isValidToken(String(socket.handshake.auth.token ?? ""), secret);
    next(valid ? undefined : new Error("unauthorized"));
  });
  io.on("connection", (socket) => {
    socket.on("subscribe", async (rooms: string, acknowledge: () => void) => {
      await socket.join(rooms.split(" "));
      acknowledge();
    });
  });
}

export function broadcast(io: Server, { channel, data, except, volatile, binary }: Broadcast): void {
  const all = io.to(channel.split(" ")).except(except ?? []);
  const chosen = volatile ? all.volatile : all;
  chosen.emit("publication", binary ? Buffer.from(JSON.stringify(data)) : data);
}
