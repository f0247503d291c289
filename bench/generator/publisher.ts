import type { Socket } from "bun";
import type { RunningServer } from "../servers/target.ts";

/** One keep-alive connection to a server's HTTP API with at most one request under way. */
export interface Publisher {
  /** Resolves when the server has answered with success. */
  send(request: Buffer): Promise<void>;
  close(): void;
}

/** The bytes of one publish request; built once, sent many times. */
export function publishRequest(server: RunningServer, channel: string, payload: string): Buffer {
  return apiRequest(server, "publish", `{"channel":${JSON.stringify(channel)},"data":${payload}}`);
}

/** One that happens once, however often it is sent. */
export function onceRequest(server: RunningServer, channel: string, payload: string): Buffer {
  const rest = `"idempotency_key":"${crypto.randomUUID()}","data":${payload}}`;
  return apiRequest(server, "publish", `{"channel":${JSON.stringify(channel)},${rest}`);
}

/** Redis is away, or did not answer in time: what a publisher sends again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Error && /"code":(300|301)\b/.test(error.message);

/** The bytes of one request to the HTTP API. */
export function apiRequest(server: RunningServer, method: string, body: string): Buffer {
  const head = [
    `POST /api/${method} HTTP/1.1`,
    `Host: ${server.host}:${server.port}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-API-Key: ${server.apiKey}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

export async function openPublisher(server: RunningServer): Promise<Publisher> {
  let answer = "";
  let waiting: PromiseWithResolvers<void> | undefined;

  const settle = (failure?: string) => {
    const { resolve, reject } = waiting ?? {};
    waiting = undefined;
    answer = "";
    if (failure === undefined) resolve?.();
    else reject?.(new Error(failure));
  };

  const socket: Socket = await Bun.connect({
    hostname: server.host,
    port: server.port,
    socket: {
      data(_socket, chunk) {
        answer += chunk.toString("latin1");
        if (!isComplete(answer)) return;
        const succeeded = answer.startsWith("HTTP/1.1 200") && !answer.includes('"error"');
        settle(succeeded ? undefined : `publish failed: ${answer.slice(0, 400)}`);
      },
      close: () => settle("the server closed a publisher's connection"),
    },
  });
  socket.setNoDelay(true);

  return {
    send(request) {
      if (waiting) throw new Error("this publisher is still waiting for an answer");
      const sent = Promise.withResolvers<void>();
      waiting = sent;
      if (socket.write(request) !== request.length) settle("a request did not fit into the socket");
      return sent.promise;
    },
    close() {
      socket.terminate();
    },
  };
}

function isComplete(answer: string): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer)?.[1];
  return length === undefined ? answer.endsWith("0\r\n\r\n") : answer.length >= headEnd + 4 + Number(length);
}
