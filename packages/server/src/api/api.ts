import {
  type ApiAuthenticator,
  type ApiIdentity,
  BodyTooLarge,
  type HttpRequest,
  type Hub,
  HubError,
  type Reply,
  type Route,
} from "../hub/index.ts";
import { gunzipWithin } from "../kit/http/gunzip-within.ts";
import type { Log } from "../kit/log.ts";
import { authenticate, checkScope } from "./access.ts";
import { readCommands } from "./commands.ts";
import { JsonFault, parseJson } from "./json-scan.ts";
import type { CallContext, Method, Outcome, Source } from "./method.ts";
import { methods } from "./methods.ts";
import { describeApi } from "./openapi.ts";
import { errorJson, statusOf } from "./refusal.ts";

/** What one call of a method took, for metrics. */
export interface ApiCall {
  readonly method: string;
  readonly durationMs: number;
  /** 0 when it succeeded. */
  readonly errorCode: number;
}

export interface ApiOptions {
  readonly hub: Hub;
  readonly keys: ApiAuthenticator;
  /** Before the names of the methods; "/api" when absent, and "/" for none. */
  readonly prefix?: string;
  /** Ask for no key, and let everybody do everything. */
  readonly insecure: boolean;
  /** "transport": refusals have an HTTP status of their own. A request may ask for that with a header. */
  readonly errorMode: "" | "transport";
  readonly maxBodyBytes: number;
  readonly log: Log;
  readonly onCall?: (call: ApiCall) => void;
}

export interface Api {
  readonly routes: readonly Route[];
  /** The OpenAPI 3.1 document. */
  openapi(): object;
}

/** The server API over HTTP, with the requests and replies of Centrifugo v6. */
export function createApi(options: ApiOptions): Api {
  const { hub, insecure } = options;
  const prefix = (options.prefix ?? "/api").replace(/\/+$/, "");
  const call = createCall(options);
  const post = (path: string, answer: Answering): Route => postRoute(path, answer, { ...options, call });

  const inTransport = (request: HttpRequest): boolean =>
    options.errorMode === "transport" || request.header("x-centrifugo-error-mode") === "transport";

  const route = (method: Method): Route =>
    post(`${prefix}/${method.name}`, async (body, context, request) => {
      const outcome = await context.call(method, { value: body === "" ? {} : parseJson(body), text: body });
      if (typeof outcome === "string") return json(200, `{"${method.member}":${outcome}}`);
      return inTransport(request) ? json(statusOf(outcome), errorJson(outcome)) : refusal(200, outcome);
    });

  const openapi = (): object => describeApi({ methods, prefix, version: hub.settings.version, insecure });

  return {
    openapi,
    routes: [
      ...methods.map(route),
      post(prefix || "/", answerCommands),
      post(`${prefix}/*`, async (_body, _context, { path }) =>
        refusal(404, unknownMethod(path.slice(prefix.length + 1))),
      ),
      { method: "GET", path: `${prefix}/openapi.json`, handle: () => json(200, JSON.stringify(openapi())) },
    ],
  };
}

type Call = (method: Method, source: Source, context: CallContext) => Promise<Outcome>;

/** Calls methods for whoever may; never rejects. */
function createCall({ hub, log, onCall }: ApiOptions): Call {
  return async (method, source, context) => {
    const started = hub.clock.monotonic();
    let outcome: Outcome;
    try {
      checkScope(context.identity, method);
      outcome = await method.run(source, context);
    } catch (error) {
      if (!(error instanceof HubError)) log.error("an API call failed", { method: method.name, error });
      outcome = error instanceof HubError ? error : new HubError("internal");
    }
    const errorCode = typeof outcome === "string" ? 0 : outcome.code;
    onCall?.({ method: method.name, durationMs: hub.clock.monotonic() - started, errorCode });
    return outcome;
  };
}

type Answering = (body: string, context: CallContext, request: HttpRequest) => Promise<Reply>;

/** Knows who calls and has read the body before it asks for an answer. */
function postRoute(path: string, answer: Answering, options: ApiOptions & { readonly call: Call }): Route {
  const { hub, call, maxBodyBytes } = options;

  function contextOf(identity: ApiIdentity): CallContext {
    const context: CallContext = { hub, identity, call: (method, source) => call(method, source, context) };
    return context;
  }

  return {
    method: "POST",
    path,
    async handle(request) {
      const identity = authenticate(request, options);
      if (identity instanceof HubError) return refusal(401, identity, { "WWW-Authenticate": "apikey" });
      const body = await readText(request, maxBodyBytes);
      if (typeof body !== "string") return body;
      try {
        return await answer(body, contextOf(identity), request);
      } catch (error) {
        if (error instanceof JsonFault) return notJson(error.message);
        throw error;
      }
    },
  };
}

/** The text of the body, or what is answered when it has none. */
async function readText(request: HttpRequest, limit: number): Promise<string | Reply> {
  const sent = await request.body(limit);
  const coding = request.header("content-encoding")?.trim().toLowerCase() || "identity";
  if (coding === "identity") return decode(sent);
  if (coding !== "gzip") {
    return refusal(
      415,
      new HubError("badRequest", `the body is coded as ${coding.slice(0, 32)}; gzip or none is read`),
    );
  }
  const bytes = await gunzipWithin(sent, limit);
  if (bytes === "too large") throw new BodyTooLarge(limit);
  return bytes === "corrupt" ? notJson("it is not gzip, though Content-Encoding says so") : decode(bytes);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array): string | Reply {
  try {
    return utf8.decode(bytes);
  } catch {
    return notJson("it is not UTF-8");
  }
}

const byName: ReadonlyMap<string, Method> = new Map(methods.map((method) => [method.name, method]));

/** The older form: commands in the body, one line of reply for each. */
async function answerCommands(body: string, context: CallContext): Promise<Reply> {
  const commands = readCommands(body);
  if (commands instanceof HubError) return refusal(400, commands);
  const lines: string[] = [];
  for (const { id, method: name, params } of commands) {
    const method = byName.get(name.toLowerCase());
    const outcome = method ? await context.call(method, params) : unknownMethod(name);
    const member = typeof outcome === "string" ? `"${method?.member}":${outcome}` : `"error":${errorJson(outcome)}`;
    lines.push(id > 0 ? `{"id":${id},${member}}` : `{${member}}`);
  }
  return json(200, lines.join("\n"));
}

const unknownMethod = (name: string): HubError =>
  new HubError("methodNotFound", `"${name.slice(0, 64)}"; there are ${[...byName.keys()].join(", ")}`);

const json = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  kind: "reply",
  status,
  headers: { "Content-Type": "application/json", ...headers },
  body,
});

const refusal = (status: number, error: HubError, headers: Readonly<Record<string, string>> = {}): Reply =>
  json(status, `{"error":${errorJson(error)}}`, headers);

const notJson = (explanation: string): Reply =>
  refusal(400, new HubError("badRequest", `the body is not JSON: ${explanation}`));
