import type { Answer, HttpRequest, Hub, Reply, Route, Topics, Transport } from "../../hub/index.ts";
import { Dispatch } from "./dispatch.ts";
import { webSocketJson } from "./json.ts";
import { isOriginAllowed } from "./origin.ts";

export interface WebSocketOptions {
  readonly hub: Hub;
  readonly topics: Topics;
  readonly path: string;
  readonly maxMessageBytes: number;
  readonly allowedOrigins: readonly string[];
  /** Header in which a trusted proxy names the user; "" for none. */
  readonly userIdHeader: string;
}

const transport: Transport = { name: "websocket", pings: true, pongs: true, pushesDisconnect: false };

/** `/connection/websocket`: bidirectional, commands and replies in frames (reference 2.2). */
export function createWebSocketRoute(options: WebSocketOptions): Route {
  const { hub, topics } = options;
  return {
    method: "GET",
    path: options.path,
    handle(request): Answer {
      if (!isOriginAllowed(request, options.allowedOrigins)) {
        return refuse(403, "this origin is not allowed; add it to client.allowed_origins");
      }
      const protocol = chooseProtocol(request);
      if (protocol === undefined) return refuse(400, "this server speaks the JSON format of the protocol");
      if (hub.draining) return refuse(503, "the server is shutting down");
      const verdict = hub.limits.accepts(hub.openCount);
      if (verdict !== "yes") {
        hub.emit({ type: "refused", reason: verdict });
        return refuse(503, "too many connections; come back later");
      }
      const headerUser = options.userIdHeader === "" ? "" : (request.header(options.userIdHeader) ?? "");
      return {
        kind: "upgrade",
        maxMessageBytes: options.maxMessageBytes,
        ...(protocol === "" ? {} : { protocol }),
        connect: (outlet) => {
          const session = hub.open({ outlet, topics, encoder: webSocketJson.encoder, transport });
          return new Dispatch({ hub, codec: webSocketJson, session, headerUser });
        },
      };
    },
  };
}

const refuse = (status: number, text: string): Reply => ({
  kind: "reply",
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...(status === 503 ? { connection: "close" } : {}) },
  body: `${text}\n`,
});

/** The subprotocol to answer with, "" for none, `undefined` when the client insists on another format. */
function chooseProtocol(request: HttpRequest): string | undefined {
  const offered = (request.header("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const format = request.query.get("cf_protocol") ?? request.query.get("format") ?? "";
  if (format === "protobuf") return undefined;
  if (offered.includes("centrifuge-json")) return "centrifuge-json";
  return offered.includes("centrifuge-protobuf") ? undefined : "";
}
