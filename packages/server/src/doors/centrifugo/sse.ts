import type { Answer, HttpRequest, Route, Transport } from "../../hub/index.ts";
import { refusal, refuse } from "../door-step.ts";
import type { CentrifugoStep } from "./centrifugo-step.ts";
import { crossOriginRoutes, streamHeaders } from "./cross-origin.ts";
import type { StreamOptions } from "./http-stream.ts";
import { eventsOfJson } from "./json.ts";
import { openSession } from "./open-session.ts";

const transport: Transport = { name: "sse", pings: true, pongs: true, pushesDisconnect: true };

/** `/connection/sse`: the first commands in `cf_connect` or the body, replies and pushes as events (reference 2.2). */
export function createSseRoutes(step: CentrifugoStep, { path, maxBodyBytes, compress }: StreamOptions): Route[] {
  const handle = async (request: HttpRequest): Promise<Answer> => {
    const refused = refusal(step, request);
    if (refused) return refused;
    const emulated = request.method === "POST" ? await request.body(maxBodyBytes) : request.query.get("cf_connect");
    if (emulated === null) return refuse(400, "cf_connect is missing: it holds the first commands, URL-encoded");
    return {
      kind: "stream",
      compress,
      headers: streamHeaders("text/event-stream; charset=utf-8"),
      connect: (outlet) => {
        outlet.send("\r\n");
        return openSession(step, { request, outlet, codec: eventsOfJson, transport, emulated });
      },
    };
  };
  return crossOriginRoutes({ path, methods: ["GET", "POST"], allowedOrigins: step.allowedOrigins, handle });
}
