import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { KeyPair } from "../token.fixture.ts";

export interface KeySetServer {
  readonly url: string;
  /** Paths asked for so far. */
  readonly requests: string[];
  /** Resolves when the next request has arrived. */
  asked(): Promise<void>;
  answer: (response: ServerResponse, path: string) => void;
  close(): Promise<void>;
}

export const jwk = (kid: string, pair: KeyPair): object => ({ ...pair.publicKey.export({ format: "jwk" }), kid });

export const serveKeys =
  (...keys: object[]): KeySetServer["answer"] =>
  (response) => {
    response.end(JSON.stringify({ keys }));
  };

/** A real endpoint on loopback whose behaviour can be replaced between requests. */
export async function startKeySetServer(): Promise<KeySetServer> {
  const requests: string[] = [];
  let notify = (): void => {};
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    keySetServer.answer(response, request.url ?? "");
    notify();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const keySetServer: KeySetServer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    asked: () =>
      new Promise((resolve) => {
        notify = resolve;
      }),
    answer: serveKeys(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return keySetServer;
}
