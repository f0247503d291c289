import {
  type Answer,
  authenticate,
  DisconnectError,
  type Encoder,
  type HttpRequest,
  HubError,
  type Reply,
  type Route,
  type Transport,
} from "../../hub/index.ts";
import { type DoorStep, headerUser, keptHeaders, refusal, refuse } from "../door-step.ts";
import { crossOriginRoutes, streamHeaders } from "./cross-origin.ts";
import type { StreamOptions } from "./http-stream.ts";
import { decodeConnect } from "./json.ts";
import { createJsonEncoder } from "./json-encoder.ts";
import { type ConnectMessage, ProtocolError, positionsOf } from "./messages.ts";
import { type ConnectCodes, type Judged, UniSession } from "./uni-session.ts";

export interface UniStreamOptions extends StreamOptions {
  readonly codes: ConnectCodes;
  /** Answers in place of a stream, by the code with which authentication failed. */
  readonly httpCodes: ReadonlyMap<number, HttpAnswer>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

interface Form {
  readonly methods: readonly string[];
  readonly contentType: string;
  /** Before the first push. */
  readonly prelude: string;
  readonly encoder: Encoder;
  readonly transport: Transport;
}

const transport = (name: string): Transport => ({ name, pings: true, pongs: false, pushesDisconnect: true });

const httpStream: Form = {
  methods: ["POST"],
  contentType: "application/json; charset=utf-8",
  prelude: "",
  encoder: createJsonEncoder({ id: "cf-uni-lines", inReply: false, before: "", after: "\n" }),
  transport: transport("uni_http_stream"),
};

const sse: Form = {
  methods: ["GET", "POST"],
  contentType: "text/event-stream; charset=utf-8",
  prelude: "\r\n",
  encoder: createJsonEncoder({ id: "cf-uni-events", inReply: false, before: "data: ", after: "\n\n" }),
  transport: transport("uni_sse"),
};

/** `/connection/uni_http_stream`: a connect request in the body, then only pushes (reference 2.15). */
export const createUniHttpStreamRoutes = (step: DoorStep, options: UniStreamOptions): Route[] =>
  createRoutes(step, options, httpStream);

/** `/connection/uni_sse`: a connect request in `cf_connect` or the body, then only pushes (reference 2.15). */
export const createUniSseRoutes = (step: DoorStep, options: UniStreamOptions): Route[] =>
  createRoutes(step, options, sse);

function createRoutes(step: DoorStep, options: UniStreamOptions, form: Form): Route[] {
  const { path, maxBodyBytes, compress, codes, httpCodes } = options;
  const { contentType, prelude, encoder, transport } = form;
  const handle = async (request: HttpRequest): Promise<Answer> => {
    const refused = refusal(step, request);
    if (refused) return refused;
    const written = request.method === "POST" ? await request.body(maxBodyBytes) : request.query.get("cf_connect");
    const message = readConnect(written ?? "");
    if (!message) return refuse(400, 'the connect request is not JSON such as {"token":"…","subs":{"news":{}}}');
    // Only a credential can be judged before there is a connection; other refusals are disconnects.
    const verdict = httpCodes.size === 0 ? undefined : await judge(step, { request, message, form }, httpCodes);
    if (verdict && "kind" in verdict) return verdict;
    return {
      kind: "stream",
      compress,
      headers: streamHeaders(contentType),
      connect: (outlet) => {
        outlet.send(prelude);
        return new UniSession(step, {
          ...{ request, outlet, encoder, transport, codes, message },
          ...(verdict ? { judged: verdict } : {}),
        });
      },
    };
  };
  return crossOriginRoutes({ path, methods: form.methods, allowedOrigins: step.allowedOrigins, handle });
}

/** Nothing at all is an empty request. `undefined` when it is malformed. */
function readConnect(written: string | Uint8Array): ConnectMessage | undefined {
  try {
    return decodeConnect(written.length === 0 ? "{}" : written);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Who it is, or the answer to it; `undefined` when the stream shall say what is wrong. */
async function judge(
  step: DoorStep,
  { request, message, form }: { readonly request: HttpRequest; readonly message: ConnectMessage; readonly form: Form },
  httpCodes: UniStreamOptions["httpCodes"],
): Promise<Judged | Reply | undefined> {
  try {
    const credentials = { ...message, headerUser: headerUser(step, request), recover: positionsOf(message.subs) };
    const client = step.hub.ids.uuid();
    const asker = { client, transport: form.transport.name, format: form.encoder.id, ...keptHeaders(step, request) };
    return { client, grant: await authenticate(step.hub, credentials, asker) };
  } catch (error) {
    const code =
      error instanceof HubError ? error.code : error instanceof DisconnectError ? error.disconnect.code : undefined;
    const answer = code === undefined ? undefined : httpCodes.get(code);
    return answer && refuse(answer.status, answer.body);
  }
}
