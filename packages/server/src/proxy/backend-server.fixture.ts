import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
  /** The body as it was written. */
  readonly text: string;
}

export type Respond = (received: Received, response: ServerResponse) => void;

/** An application's backend over real HTTP, whose behaviour a test can change while it runs. */
export interface BackendServer {
  readonly url: string;
  readonly received: Received[];
  respond: Respond;
  stop(): Promise<void>;
}

/** Answers with JSON. */
export const answer =
  (value: unknown): Respond =>
  (_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };

export async function startBackendServer(respond: Respond = answer({ result: {} })): Promise<BackendServer> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const backend: BackendServer = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    respond,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = JSON.parse(text || "{}") as Record<string, unknown>;
    const received = { path: request.url ?? "", headers: request.headers, body, text };
    backend.received.push(received);
    backend.respond(received, response);
  }
  return backend;
}
