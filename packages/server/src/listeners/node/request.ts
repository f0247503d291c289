import type { IncomingMessage } from "node:http";
import { BodyTooLarge, type HttpRequest } from "../../hub/ports/listener.ts";
import type { RequestTarget } from "../request-target.ts";

export interface NodeRequestOptions {
  readonly target: RequestTarget;
  readonly remoteAddress: string;
}

/** A request as the hub sees it. */
export class NodeHttpRequest implements HttpRequest {
  readonly #request: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly remoteAddress: string;

  constructor(request: IncomingMessage, { target, remoteAddress }: NodeRequestOptions) {
    this.#request = request;
    this.path = target.path;
    this.query = target.query;
    this.remoteAddress = remoteAddress;
  }

  get method(): string {
    return this.#request.method ?? "GET";
  }

  get host(): string {
    return this.#request.headers.host ?? "";
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  async body(limit: number): Promise<Uint8Array> {
    if (Number(this.header("content-length") ?? 0) > limit) throw new BodyTooLarge(limit);
    const chunks: Buffer[] = [];
    let size = 0;
    // The socket must outlive the loop: it carries the answer.
    const body: AsyncIterable<Buffer> = this.#request.iterator({ destroyOnReturn: false });
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) throw new BodyTooLarge(limit);
      chunks.push(chunk);
    }
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }
}
