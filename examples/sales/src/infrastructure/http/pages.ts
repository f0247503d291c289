import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** Nothing from elsewhere; the hub is another origin, which only the page knows. */
const POLICY = "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'";

/** A file of the built pages. A path without an ending is a place in the page, which finds it by itself. */
export async function readPage(folder: string, pathname: string): Promise<Response> {
  const file = extname(pathname) === "" ? "/index.html" : normalize(pathname);
  const type = TYPES[extname(file)];
  const content = type && (await readFile(join(folder, file)).catch(() => undefined));
  if (!type || !content) return new Response("not found", { status: 404 });
  const isNamedByContent = file.startsWith("/assets/");
  return new Response(new Uint8Array(content), {
    headers: {
      "content-type": type,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "cache-control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });
}
