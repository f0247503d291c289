import { type Answer, BodyTooLarge, type Headers, type HttpRequest, type Route } from "../../hub/index.ts";
import { refuse, wrongOrigin } from "../door-step.ts";
import { isOriginAllowed } from "../origin.ts";

export interface CrossOriginOptions {
  readonly path: string;
  readonly methods: readonly string[];
  readonly allowedOrigins: readonly string[];
  handle(request: HttpRequest): Answer | Promise<Answer>;
}

/** An HTTP endpoint for pages of allowed origins: their browsers ask first, and want every answer to say it is for them. */
export function crossOriginRoutes({ path, methods, allowedOrigins, handle }: CrossOriginOptions): Route[] {
  const methodsAllowed = [...methods, "OPTIONS"].join(", ");
  const forOrigin = async (request: HttpRequest): Promise<Answer> => {
    if (!isOriginAllowed(request, allowedOrigins)) return wrongOrigin;
    const answer = await answerOf(request, handle);
    return { ...answer, headers: { ...answer.headers, ...originHeaders(request) } };
  };
  const preflight = (request: HttpRequest): Answer => {
    if (!isOriginAllowed(request, allowedOrigins)) return wrongOrigin;
    const asked = request.header("access-control-request-headers");
    const headers = {
      ...originHeaders(request),
      "access-control-allow-methods": methodsAllowed,
      "access-control-max-age": "300",
      ...(asked === undefined ? {} : { "access-control-allow-headers": asked }),
    };
    return { kind: "reply", status: 204, headers };
  };
  return [
    ...methods.map((method): Route => ({ method, path, handle: forOrigin })),
    { method: "OPTIONS", path, handle: preflight },
  ];
}

async function answerOf(request: HttpRequest, handle: CrossOriginOptions["handle"]): Promise<Answer> {
  try {
    return await handle(request);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    const { headers, ...refused } = refuse(413, error.message);
    return { ...refused, headers: { ...headers, connection: "close" } };
  }
}

/** Without an Origin it is no browser that asks. */
function originHeaders(request: HttpRequest): Headers {
  const origin = request.header("origin");
  if (!origin) return {};
  return { "access-control-allow-origin": origin, "access-control-allow-credentials": "true", vary: "origin" };
}

/** For endless responses: nothing on the way may keep or collect them. */
export const streamHeaders = (contentType: string): Headers => ({
  "content-type": contentType,
  "cache-control": "private, no-cache, no-store, must-revalidate, max-age=0",
  pragma: "no-cache",
  expire: "0",
  "x-accel-buffering": "no",
});
