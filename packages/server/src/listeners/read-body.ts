import { BodyTooLarge } from "../hub/ports/listener.ts";

/** The client left before its request was complete: nobody waits for an answer, and nothing is wrong with us. */
export class RequestAborted extends Error {
  constructor(cause: unknown) {
    super("the request was not completed", { cause });
    this.name = "RequestAborted";
  }
}

/** Reads a body to its end, or until it is larger than `limit` bytes. */
export async function readBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new RequestAborted(error);
  }
  if (size > limit) throw new BodyTooLarge(limit);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
