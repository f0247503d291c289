const DEFAULT_PATH = "/ws";

/**
 * The address of a WebSocket as configuration names it: `localhost:3001` and `wss://api.example.com` mean the same door.
 * Without a scheme it is as safe as the page around it; without a path it is `/ws`.
 */
export function socketAddress(
  written: string,
  pageProtocol: string = globalThis.location?.protocol ?? "http:",
): string {
  const scheme = pageProtocol === "https:" ? "wss:" : "ws:";
  const url = new URL(/^[a-z]+:\/\//i.test(written) ? written.replace(/^http/i, "ws") : `${scheme}//${written}`);
  if (url.pathname === "/") url.pathname = DEFAULT_PATH;
  return url.href;
}
