import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../../../../../packages/server/src/index.ts";
import type { Api } from "./api.ts";
import { readPage } from "./pages.ts";

export interface ShopServerOptions {
  readonly port: number;
  readonly api: Api;
  /** Where the built pages are. */
  readonly pages: string;
  readonly log: Log;
}

export interface ShopServer {
  readonly url: string;
  stop(): Promise<void>;
}

const BODY_LIMIT = 16_384;

/** The pages of the shop and their API, on a port beside that of the hub. */
export async function startShopServer({ port, api, pages, log }: ShopServerOptions): Promise<ShopServer> {
  async function answer(incoming: IncomingMessage): Promise<Response> {
    const body = await readBody(incoming);
    if (body === undefined) return new Response(null, { status: 413 });
    const { method = "GET", url = "/", headers } = incoming;
    const request = new Request(new URL(url, "http://shop"), {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(body.length > 0 ? { body } : {}),
    });
    return (await api(request)) ?? (await readPage(pages, new URL(request.url).pathname));
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming)
      .catch((error: unknown) => {
        log.error("a request failed", { url: incoming.url, error });
        return new Response(null, { status: 500 });
      })
      .then((response) => send(response, outgoing))
      .catch((error: unknown) => log.debug("an answer did not arrive", { url: incoming.url, error }));
  });
  server.listen(port, "localhost");
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** `undefined`: more than anybody has to say here. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of incoming) {
    length += part.length;
    if (length > BODY_LIMIT) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
}
