import type { Answer, HttpRequest, Route, Transport } from "../../hub/index.ts";
import { type DoorStep, refusal, refuse } from "../door-step.ts";
import { decodeConnect } from "./json.ts";
import { createJsonEncoder } from "./json-encoder.ts";
import { ProtocolError } from "./messages.ts";
import { type ConnectCodes, UniSession } from "./uni-session.ts";
import type { WebSocketOptions } from "./websocket.ts";

export interface UniWebSocketOptions extends WebSocketOptions {
  readonly codes: ConnectCodes;
  /** Tell why a connection ends only in the close frame. */
  readonly disableDisconnectPush: boolean;
}

const encoder = createJsonEncoder({ id: "cf-uni", inReply: false, before: "", after: "" });

/** `/connection/uni_websocket`: a connect request in `cf_connect` or the first frame, then only pushes (reference 2.15). */
export function createUniWebSocketRoute(step: DoorStep, options: UniWebSocketOptions): Route {
  const { path, maxMessageBytes, compress, codes, disableDisconnectPush } = options;
  // The client never writes, so only a ping below the protocol finds out that it is gone.
  const transport: Transport = {
    name: "uni_websocket",
    pings: true,
    pongs: false,
    framePings: true,
    pushesDisconnect: !disableDisconnectPush,
  };
  const handle = (request: HttpRequest): Answer => {
    const refused = refusal(step, request);
    if (refused) return refused;
    const written = request.query.get("cf_connect");
    try {
      const message = written === null ? {} : { message: decodeConnect(written) };
      return {
        kind: "upgrade",
        maxMessageBytes,
        compress,
        connect: (outlet) => new UniSession(step, { request, outlet, encoder, transport, codes, ...message }),
      };
    } catch (error) {
      if (error instanceof ProtocolError) return refuse(400, `cf_connect: ${error.message}`);
      throw error;
    }
  };
  return { method: "GET", path, handle };
}
