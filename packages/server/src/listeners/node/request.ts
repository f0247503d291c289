import type { IncomingMessage } from "node:http";
import { BodyTooLarge, type HttpRequest } from "../../hub/ports/listener.ts";
import type { RequestTarget } from "../../kit/http/request-target.ts";
import { readBody } from "../read-body.ts";

export interface NodeRequestOptions {
  readonly target: RequestTarget;
  readonly remoteAddress: string;
}

/** A request as the hub sees it. */
export class NodeHttpRequest implements HttpRequest {
  readonly #request: IncomingMessage;
  readonly path: string;
  readonly remoteAddress: string;
  readonly #query: string;

  constructor(request: IncomingMessage, { target, remoteAddress }: NodeRequestOptions) {
    this.#request = request;
    this.path = target.path;
    this.#query = target.query;
    this.remoteAddress = remoteAddress;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#query);
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
    // The socket must outlive the reading: it carries the answer.
    return readBody(this.#request.iterator({ destroyOnReturn: false }), limit);
  }
}
