import { type Client, createClient } from "../client.ts";

/** A client for a server: it fails the test that makes it open a socket or ask for a token. */
export function createSilentClient(): Client {
  class Forbidden {
    constructor() {
      throw new Error("a server must not open sockets");
    }
  }
  return createClient({
    url: "ws://localhost:1",
    websocket: Forbidden as unknown as typeof WebSocket,
    getToken: () => {
      throw new Error("a server must not ask for tokens");
    },
  });
}
