import { type Answer, BodyTooLarge, type HttpRequest, type Reply, type Route } from "../hub/ports/listener.ts";
import type { Log } from "../kit/log.ts";
import { RequestAborted } from "./read-body.ts";
import type { Methods, RouteTable } from "./route-table.ts";

const text = (status: number, body: string, headers?: Readonly<Record<string, string>>): Reply => ({
  kind: "reply",
  status,
  headers: { "Content-Type": "text/plain; charset=utf-8", ...headers },
  body: `${body}\n`,
});

export const badRequest: Reply = text(400, "bad request");
export const notWebSocket: Reply = text(400, "this address expects a WebSocket handshake");
export const notFound: Reply = text(404, "not found");
/** The rest of a request that is too large is not worth reading: the connection ends with the answer. */
const tooLarge: Reply = text(413, "the request body is too large", { Connection: "close" });
const failed: Reply = text(500, "internal server error");
export const tooManyConnections: Reply = text(503, "too many connections", { Connection: "close" });

const wrongMethod = (methods: Methods): Reply =>
  text(405, "method not allowed", { Allow: [...methods.keys()].join(", ") });

/** Finds the route for a request and runs it. Never throws or rejects: what goes wrong is an answer too. */
export function answerRequest(table: RouteTable, request: HttpRequest, log: Log): Answer | Promise<Answer> {
  const wanting = table.wanting(request);
  if (wanting) return run(wanting, request, log);
  const methods = table.find(request.path);
  if (!methods) return notFound;
  // Whoever asks for the head is answered as for the whole; the runtime keeps the body back.
  const method = request.method === "HEAD" && !methods.has("HEAD") ? "GET" : request.method;
  const route = methods.get(method) ?? methods.get("*");
  return route ? run(route, request, log) : wrongMethod(methods);
}

function run(route: Route, request: HttpRequest, log: Log): Answer | Promise<Answer> {
  const fault = (error: unknown): Answer => {
    if (error instanceof BodyTooLarge) return tooLarge;
    if (error instanceof RequestAborted) return badRequest;
    log.error("a route failed", { method: request.method, path: request.path, error });
    return failed;
  };
  try {
    const answer = route.handle(request);
    return answer instanceof Promise ? answer.catch(fault) : answer;
  } catch (error) {
    return fault(error);
  }
}
