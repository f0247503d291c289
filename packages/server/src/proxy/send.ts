import { Agent, type RequestOptions, request } from "node:https";
import { Readable } from "node:stream";

export interface Letter {
  readonly body: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** The beginning of an answer. */
export interface Answered {
  readonly status: number;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Posts a letter and follows no redirect. */
export type Send = (endpoint: string, letter: Letter) => Promise<Answered>;

/** PEM texts; what is absent is as the runtime has it. */
export interface BackendTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Connections are kept for the next letters. */
export const createSend = (tls: BackendTls | undefined): Send =>
  tls ? createTlsSend(tls) : (endpoint, letter) => fetch(endpoint, { method: "POST", redirect: "manual", ...letter });

/** `fetch` takes TLS options on no two runtimes in the same way. */
function createTlsSend({ serverName, ...tls }: BackendTls): Send {
  const agent = new Agent({ keepAlive: true });
  const options: RequestOptions = { method: "POST", agent, ...tls, ...(serverName ? { servername: serverName } : {}) };
  return (endpoint, { body, headers, signal }) =>
    new Promise((resolve, reject) => {
      const sent = request(endpoint, { ...options, headers: Object.fromEntries(headers), signal });
      sent.once("response", (incoming) => {
        const body = Readable.toWeb(incoming) as object as ReadableStream<Uint8Array>;
        resolve({ status: incoming.statusCode ?? 0, body });
      });
      // Stays: what happens after the response fails the body as well, and is told there.
      sent.on("error", reject);
      sent.end(body);
    });
}
