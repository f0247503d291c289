import { BackendFault } from "./backend-fault.ts";
import { type Answered, type BackendTls, createSend, type Letter } from "./send.ts";
import { toDisconnect, toError } from "./verdict.ts";

/** What an HTTP status other than 200 means, when it means more than a failure. */
export interface StatusTransform {
  readonly status: number;
  readonly error?: { readonly code: number; readonly message: string; readonly temporary: boolean };
  readonly disconnect?: { readonly code: number; readonly reason: string };
}

/** Where and how questions are posted. */
export interface Mailbox {
  readonly endpoint: string;
  readonly statusTransforms: readonly StatusTransform[];
  readonly maxResponseBytes: number;
  readonly tls?: BackendTls;
}

/**
 * One POST a call: no redirect followed, nothing read beyond the limit, nothing repeated. A call throws `BackendFault`, or
 * what the status means.
 */
export function createPost(mailbox: Mailbox): (letter: Letter) => Promise<string> {
  const { endpoint, tls, maxResponseBytes, statusTransforms } = mailbox;
  const send = createSend(tls);
  return async (letter) => {
    let answered: Answered;
    try {
      answered = await send(endpoint, letter);
    } catch (error) {
      throw new BackendFault("down", `not reachable: ${reasonOf(error)}`);
    }
    if (answered.status === 200) return readText(answered, maxResponseBytes);
    answered.body?.cancel().catch(() => {});
    throw meaningOf(answered.status, statusTransforms);
  };
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

async function readText(answered: Answered, limit: number): Promise<string> {
  const tooLarge = (): BackendFault => new BackendFault("wrong", `the answer is larger than ${limit} bytes`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = answered.body?.getReader();
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
