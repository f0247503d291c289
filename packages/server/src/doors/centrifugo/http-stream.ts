import type { Answer, HttpRequest, Route, Transport } from "../../hub/index.ts";
import { refusal } from "../door-step.ts";
import type { CentrifugoStep } from "./centrifugo-step.ts";
import { crossOriginRoutes, streamHeaders } from "./cross-origin.ts";
import { linesOfJson } from "./json.ts";
import { openSession } from "./open-session.ts";
import { protobuf } from "./protobuf/protobuf.ts";

export interface EmulatedOptions {
  readonly path: string;
  readonly maxBodyBytes: number;
}

export interface StreamOptions extends EmulatedOptions {
  /** For clients that accept gzip. */
  readonly compress: boolean;
}

const transport: Transport = { name: "http_stream", pings: true, pongs: true, pushesDisconnect: true };

/** `/connection/http_stream`: the first commands in the body, replies and pushes in an endless response (reference 2.2). */
export function createHttpStreamRoutes(step: CentrifugoStep, { path, maxBodyBytes, compress }: StreamOptions): Route[] {
  const handle = async (request: HttpRequest): Promise<Answer> => {
    const refused = refusal(step, request);
    if (refused) return refused;
    const emulated = await request.body(maxBodyBytes);
    const codec = isProtobuf(request) ? protobuf : linesOfJson;
    return {
      kind: "stream",
      compress,
      headers: streamHeaders(isProtobuf(request) ? PROTOBUF_TYPE : "application/json; charset=utf-8"),
      connect: (outlet) => openSession(step, { request, outlet, codec, transport, emulated }),
    };
  };
  return crossOriginRoutes({ path, methods: ["POST"], allowedOrigins: step.allowedOrigins, handle });
}

const PROTOBUF_TYPE = "application/octet-stream";

export const isProtobuf = (request: HttpRequest): boolean =>
  request.header("content-type")?.toLowerCase().startsWith(PROTOBUF_TYPE) ?? false;
