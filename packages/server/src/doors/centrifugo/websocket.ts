import type { Answer, HttpRequest, MessageCompression, Route, Transport } from "../../hub/index.ts";
import { refusal } from "../door-step.ts";
import type { CentrifugoStep } from "./centrifugo-step.ts";
import type { Codec } from "./codec.ts";
import { webSocketJson } from "./json.ts";
import { openSession } from "./open-session.ts";
import { protobuf } from "./protobuf/protobuf.ts";

export interface WebSocketOptions {
  readonly path: string;
  readonly maxMessageBytes: number;
  /** For clients that offer permessage-deflate. */
  readonly compress: MessageCompression | undefined;
}

const protocolPings: Transport = { name: "websocket", pings: true, pongs: true, pushesDisconnect: false };
const framePings: Transport = { ...protocolPings, pings: false, pongs: false, framePings: true };

/** `/connection/websocket`: bidirectional, commands and replies in frames (reference 2.2). */
export function createWebSocketRoute(
  step: CentrifugoStep,
  { path, maxMessageBytes, compress }: WebSocketOptions,
): Route {
  const handle = (request: HttpRequest): Answer => {
    const refused = refusal(step, request);
    if (refused) return refused;
    const { codec, protocol } = chooseFormat(request);
    const transport = request.query.get("cf_ws_frame_ping_pong") === "true" ? framePings : protocolPings;
    return {
      kind: "upgrade",
      maxMessageBytes,
      compress,
      ...(protocol === "" ? {} : { protocol }),
      connect: (outlet) => openSession(step, { request, outlet, codec, transport }),
    };
  };
  return { method: "GET", path, handle };
}

interface Format {
  readonly codec: Codec;
  /** The subprotocol to answer with; "" for none. */
  readonly protocol: string;
}

/** A client asks for a format by subprotocol or in the query; one that asks for nothing speaks JSON. */
function chooseFormat(request: HttpRequest): Format {
  const offered = (request.header("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const named = request.query.get("cf_protocol") ?? request.query.get("format");
  const protocol = ["centrifuge-protobuf", "centrifuge-json"].find((name) => offered.includes(name)) ?? "";
  const isProtobuf = protocol === "centrifuge-protobuf" || (protocol === "" && named === "protobuf");
  return { codec: isProtobuf ? protobuf : webSocketJson, protocol };
}
