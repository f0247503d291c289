import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Arguments, Publish } from "./just-enough.ts";

/** The HTTP side of the comparison servers on Node: health and publish. */
export function createPublishServer({ apiKey }: Arguments, publish: (publish: Publish) => void): Server {
  // A publisher that pauses until a slow server has delivered is not to lose its connection.
  const keepAliveTimeout = 60_000;
  return createServer({ keepAliveTimeout }, (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/health") return answer(response, 200, "{}");
    if (request.url !== "/api/publish") return answer(response, 404, "{}");
    if (request.headers["x-api-key"] !== apiKey) return answer(response, 401, "{}");
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      publish(JSON.parse(body) as Publish);
      answer(response, 200, '{"result":{}}');
    });
  });
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}
