import { isDeepStrictEqual } from "node:util";
import { openPublisher, publishRequest } from "../generator/publisher.ts";
import { createToken } from "../generator/token.ts";
import { liveChannel, type RunningServer } from "../servers/target.ts";

const patienceMs = 5_000;

/** With the WebSocket that every browser has: what is published arrives once, as it was written. */
export async function checkPlain(server: RunningServer): Promise<void> {
  const socket = new WebSocket(`ws://${server.host}:${server.port}/ws`);
  const publisher = await openPublisher(server);
  const wanted = [{ said: "something" }, { said: "the end" }];
  const events: unknown[] = [];
  const finished = Promise.withResolvers<void>();
  const say = (request: object): void => socket.send(JSON.stringify(request));
  const publishAll = async (): Promise<void> => {
    for (const data of wanted) await publisher.send(publishRequest(server, liveChannel, JSON.stringify(data)));
  };
  socket.addEventListener("close", () => finished.reject(new Error("the server closed a WebSocket")));
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data)) as { readonly type: string; readonly event?: unknown };
    if (frame.type === "welcome") say({ type: "auth", token: createToken(server.hmacSecret, "official") });
    else if (frame.type === "auth_success") say({ type: "subscribe", id: 1, channel: liveChannel });
    else if (frame.type === "ok") publishAll().catch(finished.reject);
    else if (frame.type === "event") events.push(frame.event);
    else finished.reject(new Error(`a WebSocket got ${String(data)}`));
    if (events.length === wanted.length) finished.resolve();
  });
  const late = setTimeout(() => finished.reject(new Error(`a WebSocket heard ${events.length} events`)), patienceMs);
  try {
    await finished.promise;
    if (!isDeepStrictEqual(events, wanted)) throw new Error(`a WebSocket got ${JSON.stringify(events)}`);
  } finally {
    clearTimeout(late);
    socket.close();
    publisher.close();
  }
}
