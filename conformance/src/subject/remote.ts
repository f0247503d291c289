import { SignJWT } from "jose";
import { ApiError, type Claims, type Subject } from "./subject.ts";

export interface RemoteOptions {
  readonly url: string;
  readonly hmacSecret: string;
  readonly apiKey: string;
}

const ANSWER_LIMIT_MS = 30_000;

/** Speaks to a server by its URL, with what its operator gave out. */
export function createRemote({ url, hmacSecret, apiKey }: RemoteOptions): Omit<Subject, "stop" | "died"> {
  const sign = (claims: Claims, secret = hmacSecret): Promise<string> =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
  return {
    url,
    websocketUrl: `${url.replace(/^http/, "ws")}/connection/websocket`,
    token: sign,
    subscriptionToken: (channel, claims, secret) => sign({ ...claims, channel }, secret),
    async api<T>(method: string, body: object, key = apiKey): Promise<T> {
      const response = await fetch(`${url}/api/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      }).catch((cause: unknown) => {
        throw new Error(`${method}: no answer of ${url}`, { cause });
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method}: HTTP ${response.status} ${text}`);
      const reply = JSON.parse(text) as { result?: T; error?: { code: number; message: string } };
      if (reply.error) throw new ApiError(method, reply.error);
      // `batch` alone answers without a result around its replies.
      return reply.result ?? (reply as T);
    },
  };
}
