import type { Asker } from "../hub/index.ts";

export interface ForwardedHeaders {
  /** Names of headers that are passed on from the client's request. */
  readonly http: readonly string[];
  /** Names of headers that the client may state itself. */
  readonly emulated: readonly string[];
  /** The same for every question. */
  readonly fixed: Readonly<Record<string, string>>;
}

/** What belongs to one hop or to our own request is never passed on. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Text that may stand in a header; anything else came from a client that tries something. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers of one question. What the operator fixed wins over the client's request, and that over what it states. */
export function createHeaders({ http, emulated, fixed }: ForwardedHeaders): (asker: Asker) => Headers {
  const passed = (names: readonly string[]): string[] =>
    names.map((name) => name.toLowerCase()).filter((name) => !ownHeaders.has(name));
  const [httpNames, emulatedNames] = [passed(http), passed(emulated)];
  return ({ requestHeaders, emulatedHeaders }) => {
    const headers = new Headers();
    const copy = (names: readonly string[], from: ReadonlyMap<string, string>): void => {
      for (const name of names) {
        const value = from.get(name);
        if (value !== undefined && HEADER_VALUE.test(value)) headers.set(name, value);
      }
    };
    copy(emulatedNames, emulatedHeaders);
    copy(httpNames, requestHeaders);
    for (const [name, value] of Object.entries(fixed)) headers.set(name, value);
    headers.set("content-type", "application/json");
    return headers;
  };
}
