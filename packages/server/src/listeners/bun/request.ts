import { BodyTooLarge, type HttpRequest } from "../../hub/ports/listener.ts";
import type { RequestTarget } from "../../kit/http/request-target.ts";
import { RequestAborted, readBody } from "../read-body.ts";

/** A body that stands still for so long is given up. */
const BODY_IDLE_SECONDS = 60;

export interface BunRequestOptions {
  readonly target: RequestTarget;
  /** Only asked when somebody wants to know. */
  remoteAddress(): string;
  /** Sets after how many seconds of silence Bun gives the request up; 0 for never. */
  timeout(seconds: number): void;
}

/** A request as the hub sees it. */
export class BunHttpRequest implements HttpRequest {
  readonly #request: Request;
  readonly #options: BunRequestOptions;
  readonly path: string;

  constructor(request: Request, options: BunRequestOptions) {
    this.#request = request;
    this.#options = options;
    this.path = options.target.path;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#options.target.query);
  }

  get remoteAddress(): string {
    return this.#options.remoteAddress();
  }

  get method(): string {
    return this.#request.method;
  }

  get host(): string {
    return this.header("host") ?? "";
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  async body(limit: number): Promise<Uint8Array> {
    const announced = this.header("content-length");
    if (Number(announced ?? 0) > limit) throw new BodyTooLarge(limit);
    this.#options.timeout(BODY_IDLE_SECONDS);
    const bytes = announced === undefined ? await readBody(this.#request.body ?? [], limit) : await this.#whole();
    this.#options.timeout(0);
    return bytes;
  }

  /** Bun holds the client to the length it announced; reading whole is several times cheaper than by chunks. */
  async #whole(): Promise<Uint8Array> {
    try {
      return await this.#request.bytes();
    } catch (error) {
      throw new RequestAborted(error);
    }
  }
}
