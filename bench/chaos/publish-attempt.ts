import type { Position } from "./ledger.ts";

/** What one request says about its publication. */
export type Answer =
  | { readonly outcome: "acknowledged"; readonly position: Position }
  /** `failed`: it was refused before anything happened. */
  | { readonly outcome: "failed" | "unknown"; readonly reason: string };

export interface Attempt {
  /** Of the server. */
  readonly url: string;
  readonly apiKey: string;
  readonly channel: string;
  readonly data: unknown;
  readonly idempotencyKey: string;
}

/** As patient as a backend that has its own users waiting. */
const PATIENCE_MS = 5_000;
/** An internal error, and the error that says it: the publication may have happened. */
const DOUBTFUL: ReadonlySet<number> = new Set([100, 301]);
/** Nobody listened, so nobody has read anything. */
const NOT_SENT: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT"]);

export async function attemptToPublish({ url, apiKey, channel, data, idempotencyKey }: Attempt): Promise<Answer> {
  try {
    const response = await fetch(`${url}/api/publish`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": apiKey },
      body: JSON.stringify({ channel, data, idempotency_key: idempotencyKey }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    try {
      return read(response.status, text);
    } catch {
      return { outcome: "unknown", reason: `unreadable: ${text.slice(0, 100)}` };
    }
  } catch (error) {
    const { code = error instanceof Error ? error.name : "" } = causeOf(error);
    return { outcome: NOT_SENT.has(code) ? "failed" : "unknown", reason: `${code}` };
  }
}

interface Reply {
  readonly result?: Position;
  readonly error?: { readonly code: number; readonly message: string };
}

function read(status: number, text: string): Answer {
  // A status of its own comes from what stands before the API, which does not say what happened behind it.
  if (status !== 200) return { outcome: status < 500 ? "failed" : "unknown", reason: `HTTP ${status}` };
  const { result, error } = JSON.parse(text) as Reply;
  if (result) return { outcome: "acknowledged", position: result };
  const { code = 0, message = text } = error ?? {};
  return { outcome: error && !DOUBTFUL.has(code) ? "failed" : "unknown", reason: `${code} ${message}` };
}

function causeOf(error: unknown): { readonly code?: unknown } {
  if (!(error instanceof Error)) return {};
  return (error.cause ?? error) as { readonly code?: unknown };
}
