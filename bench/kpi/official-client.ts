import { io, type Socket } from "socket.io-client";
import { createToken } from "../generator/token.ts";
import { secret } from "./subject.ts";

const atOnce = 25;

/** A client that is registered, not merely open. */
export async function connect(url: string, userId: string, transports: string[] = ["websocket"]): Promise<Socket> {
  const token = createToken(secret, userId);
  const socket = io(url, { transports, forceNew: true, reconnection: false, auth: { token } });
  await new Promise<void>((resolve, reject) => {
    socket.once("authenticated", () => resolve());
    socket.once("connect_error", reject);
  });
  return socket;
}

/** A user each, from one number to another. */
export async function connectMany(url: string, from: number, to: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let start = from; start < to; start += atOnce) {
    const ids = Array.from({ length: Math.min(atOnce, to - start) }, (_, index) => `user-${start + index}`);
    sockets.push(...(await Promise.all(ids.map((id) => connect(url, id)))));
  }
  return sockets;
}

export const next = <Content>(socket: Socket, event: string): Promise<Content> =>
  new Promise((resolve) => socket.once(event, resolve));
