import type { Clock } from "../kit/clock.ts";
import { type Happened, RefusedError, UnreachableError } from "./failure.ts";
import type { ErrorReply } from "./methods.ts";

export interface TransportOptions {
  /** Before the names of the methods. */
  readonly base: string;
  readonly key: string;
  readonly timeoutMs: number;
  /** Bodies of at least so many characters travel as gzip. */
  readonly gzipFrom: number;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

interface FetchRequest {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string | ArrayBuffer;
  readonly signal: AbortSignal;
}

interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** Sends one request and reads its answer; throws `RefusedError` or `UnreachableError`. */
export type Transport = (method: string, body: string) => Promise<ReplyBody>;

/** The hub's answer, when it is not a refusal. */
export interface ReplyBody {
  readonly result?: unknown;
  readonly replies?: unknown;
}

/** One request after another over the connections that `fetch` keeps open: every answer is read to its end. */
export function createTransport({ base, key, timeoutMs, gzipFrom, clock, ...options }: TransportOptions): Transport {
  const headers = { "Content-Type": "application/json", "X-API-Key": key };

  async function ask(method: string, text: string, signal: AbortSignal): Promise<ReplyBody> {
    const packed = text.length >= gzipFrom;
    const response = await options.fetch(`${base}/${method}`, {
      method: "POST",
      headers: packed ? { ...headers, "Content-Encoding": "gzip" } : headers,
      body: packed ? await gzip(text) : text,
      signal,
    });
    return read(response, await response.text());
  }

  return async (method, text) => {
    const deadline = new AbortController();
    const cancel = clock.after(timeoutMs, () => deadline.abort());
    try {
      return await ask(method, text, deadline.signal);
    } catch (error) {
      if (error instanceof RefusedError || error instanceof UnreachableError) throw error;
      if (deadline.signal.aborted) {
        throw new UnreachableError(`${base} gave no answer within ${timeoutMs} ms`, { happened: "unknown" });
      }
      throw new UnreachableError(`${base} cannot be reached: ${reasonOf(error)}`, {
        happened: wasNotSent(error) ? "no" : "unknown",
        cause: error,
      });
    } finally {
      cancel();
    }
  };
}

function read(response: FetchResponse, body: string): ReplyBody {
  const reply = parse(body);
  const refusal = reply?.error ?? (response.ok ? undefined : reply);
  if (isErrorReply(refusal)) throw new RefusedError(refusal.code, refusal.message);
  if (response.ok && reply && ("result" in reply || "replies" in reply)) return reply;
  throw new UnreachableError(`the answer is not the hub's: status ${response.status}`, {
    happened: happenedAt(response.status),
    status: response.status,
    retryAfterMs: Number(response.headers.get("retry-after") ?? 0) * 1000 || 0,
  });
}

function parse(body: string): (ReplyBody & { readonly error?: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Under `error`; or all of the body, when the hub is configured to tell refusals by the status. */
const isErrorReply = (value: unknown): value is ErrorReply =>
  typeof value === "object" && value !== null && "code" in value && "message" in value;

/** What stands before the hub turns requests away with 4xx and 503; with another 5xx it may have handed them on. */
const happenedAt = (status: number): Happened => (status === 503 || (status >= 400 && status < 500) ? "no" : "unknown");

/** What the runtimes say when there was no connection to send anything over. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ConnectionRefused", "FailedToOpenSocket"]);

function wasNotSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && NOT_SENT.has(at.code)) return true;
  }
  return false;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);

async function gzip(text: string): Promise<ArrayBuffer> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(packed).arrayBuffer();
}
