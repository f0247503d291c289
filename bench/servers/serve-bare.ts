import { type Publish, readArguments } from "./just-enough.ts";

/** What a protocol needs of Bun's own server. */
export interface BareProtocol<Published extends Publish> {
  /** The first message to a client. */
  readonly greeting?: string;
  /** Answers one frame of a client. `subscribe` is told the channel; the result is absent when nothing is to be said. */
  answer(frame: string, secret: string, subscribe: (channel: string) => void): string | undefined;
  /** The messages that every subscriber of the channel gets. */
  encode(publish: Published): readonly (string | Buffer)[];
}

/** The floor on this runtime: Bun's own server and native publish, and nothing that could be left out. */
export function serveBare<Published extends Publish>({ greeting, answer, encode }: BareProtocol<Published>): void {
  const { port, apiKey, hmacSecret } = readArguments();
  Bun.serve({
    port,
    async fetch(request, server) {
      const path = request.url.slice(request.url.indexOf("/", 8));
      if (path === "/api/publish") {
        if (request.headers.get("x-api-key") !== apiKey) return new Response("{}", { status: 401 });
        const publish = (await request.json()) as Published;
        for (const message of encode(publish)) server.publish(publish.channel, message, false);
        return Response.json({ result: {} });
      }
      if (path === "/health") return Response.json({});
      if (server.upgrade(request)) return;
      return new Response("{}", { status: 404 });
    },
    websocket: {
      idleTimeout: 0,
      open(socket) {
        if (greeting) socket.send(greeting);
      },
      message(socket, frame) {
        const said = answer(String(frame), hmacSecret, (channel) => socket.subscribe(channel));
        if (said) socket.send(said);
      },
    },
  });
}
