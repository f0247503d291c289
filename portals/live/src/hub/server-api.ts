import type { LiveSession } from "./session.ts";

export type ApiAnswer =
  | { readonly kind: "result"; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: "refused"; readonly code: number; readonly message: string }
  | { readonly kind: "unreachable" };

interface ApiBody {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** One call of the hub's public HTTP API, the same that the shown `curl` line makes. */
export async function callApi(session: LiveSession, method: string, params: object): Promise<ApiAnswer> {
  try {
    const response = await fetch(`${session.paths.api}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": session.api.key },
      body: JSON.stringify(params),
      signal: AbortSignal.timeout(5000),
    });
    const body = (await response.json().catch(() => ({}))) as ApiBody;
    if (body.error) return { kind: "refused", ...body.error };
    if (!response.ok) return { kind: "refused", code: response.status, message: response.statusText };
    return { kind: "result", result: body.result ?? {} };
  } catch {
    return { kind: "unreachable" };
  }
}

/** A line for a POSIX shell: whatever the JSON holds, the shell passes it on as it is. */
export function curlLine(url: string, key: string, params: object): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    `curl -X POST ${quote(url)}`,
    `-H ${quote("Content-Type: application/json")}`,
    `-H ${quote(`X-API-Key: ${key}`)}`,
    `-d ${quote(JSON.stringify(params))}`,
  ].join(" \\\n  ");
}
