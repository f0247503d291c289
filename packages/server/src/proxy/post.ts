import { BackendFault } from "./backend-fault.ts";
import { toDisconnect, toError } from "./verdict.ts";

/** What an HTTP status other than 200 means, when it means more than a failure. */
export interface StatusTransform {
  readonly status: number;
  readonly error?: { readonly code: number; readonly message: string; readonly temporary: boolean };
  readonly disconnect?: { readonly code: number; readonly reason: string };
}

/** PEM texts; what is absent is as the runtime has it. */
export interface BackendTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Where and how questions are posted. */
export interface Mailbox {
  readonly endpoint: string;
  readonly statusTransforms: readonly StatusTransform[];
  readonly maxResponseBytes: number;
  readonly tls?: BackendTls;
}

export interface Letter {
  readonly body: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/**
 * One POST: no redirect followed, nothing read beyond the limit, nothing repeated. Throws `BackendFault`, or what the
 * status means.
 */
export async function post(mailbox: Mailbox, letter: Letter): Promise<string> {
  const { tls, maxResponseBytes } = mailbox;
  const init: RequestInit & { tls?: BackendTls } = { method: "POST", redirect: "manual", ...letter };
  if (tls) init.tls = tls;
  let response: Response;
  try {
    response = await fetch(mailbox.endpoint, init);
  } catch (error) {
    throw new BackendFault("down", `not reachable: ${reasonOf(error)}`);
  }
  if (response.status === 200) return readText(response, maxResponseBytes);
  response.body?.cancel().catch(() => {});
  throw meaningOf(response.status, mailbox.statusTransforms);
}

function reasonOf(error: unknown): string {
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown };
  if (cause !== undefined) return reasonOf(cause);
  return String(code ?? message ?? "unknown");
}

function meaningOf(status: number, transforms: readonly StatusTransform[]): Error {
  const transform = transforms.find((each) => each.status === status);
  if (transform?.error) return toError(transform.error);
  if (transform?.disconnect) return toDisconnect(transform.disconnect.code, transform.disconnect.reason);
  const down = status >= 500 || status === 429;
  return new BackendFault(down ? "down" : "wrong", `answered with the HTTP status ${status}`);
}

async function readText(response: Response, limit: number): Promise<string> {
  const tooLarge = (): BackendFault => new BackendFault("wrong", `the answer is larger than ${limit} bytes`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) break;
      size += chunk.value.byteLength;
      if (size > limit) throw tooLarge();
      chunks.push(chunk.value);
    }
  } catch (error) {
    reader?.cancel().catch(() => {});
    if (error instanceof BackendFault) throw error;
    throw new BackendFault("down", `the answer broke off: ${reasonOf(error)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new BackendFault("wrong", "the answer is not UTF-8 text");
  }
}
