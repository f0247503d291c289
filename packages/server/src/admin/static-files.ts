import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { Headers, HttpRequest, Reply, Route } from "../hub/index.ts";
import { acceptsEncoding } from "../kit/http/accepts-encoding.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".ico": "image/x-icon",
};

const VARIANTS = [
  { encoding: "br", ending: ".br" },
  { encoding: "gzip", ending: ".gz" },
] as const;

/** Below this folder every name holds a hash of its content, so it never changes. */
const HASHED = "assets/";

/** `base-uri`, `form-action` and `frame-ancestors` do not fall back to `default-src`. */
const PAGE_HEADERS: Headers = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
};

interface Representation {
  readonly encoding: string | undefined;
  readonly etag: string;
  readonly bytes: Uint8Array;
}

/** One file with its precompressed variants, best first; the plain bytes are last. */
interface StaticFile {
  /** Within the folder, with forward slashes. */
  readonly name: string;
  readonly headers: Headers;
  readonly representations: readonly Representation[];
}

/**
 * Routes for every file of a built web page, below `prefix`, which ends in a slash. All is read into memory now; serving touches no disk and compresses
 * nothing. Rejects when the folder or its `index.html` does not exist.
 */
export async function createStaticRoutes(folder: string, prefix: string): Promise<Route[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).filter(Boolean).join("/"));
  const known = new Set(names);
  const isVariant = (name: string): boolean =>
    VARIANTS.some(({ ending }) => name.endsWith(ending) && known.has(name.slice(0, -ending.length)));
  const files = await Promise.all(
    names.filter((name) => !isVariant(name)).map((name) => readStatic(folder, name, known)),
  );
  const page = files.find((file) => file.name === "index.html");
  if (!page) throw new Error(`${folder} holds no index.html: build the page first`);
  const route = (name: string, file: StaticFile): Route => ({
    method: "GET",
    path: prefix + name,
    handle: (request) => answer(file, request),
  });
  return [...files.map((file) => route(file.name, file)), route("", page), ...slashRedirect(prefix)];
}

/** The page names its files relative to itself, which needs the slash at the end of its address. */
function slashRedirect(prefix: string): Route[] {
  if (prefix === "/") return [];
  const location = `${prefix.split("/").at(-2)}/`;
  const handle = (): Reply => ({ kind: "reply", status: 308, headers: { location } });
  return [{ method: "GET", path: prefix.slice(0, -1), handle }];
}

async function readStatic(folder: string, name: string, known: ReadonlySet<string>): Promise<StaticFile> {
  const variants = VARIANTS.filter(({ ending }) => known.has(name + ending));
  const representations = await Promise.all(
    [...variants, { encoding: undefined, ending: "" }].map(async ({ encoding, ending }): Promise<Representation> => {
      const bytes = await readFile(join(folder, name + ending));
      return { encoding, bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
    }),
  );
  return {
    name,
    representations,
    headers: {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "cache-control": name.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff",
      ...(variants.length > 0 ? { vary: "accept-encoding" } : {}),
      ...(name.endsWith(".html") ? PAGE_HEADERS : {}),
    },
  };
}

function answer(file: StaticFile, request: HttpRequest): Reply {
  const accepted = request.header("accept-encoding");
  const chosen = file.representations.find(
    ({ encoding = "" }) => encoding === "" || acceptsEncoding(accepted, encoding),
  );
  if (!chosen) throw new Error(`${file.name} has no plain representation`);
  const headers = {
    ...file.headers,
    etag: chosen.etag,
    ...(chosen.encoding === undefined ? {} : { "content-encoding": chosen.encoding }),
  };
  if (matches(request.header("if-none-match"), chosen.etag)) return { kind: "reply", status: 304, headers };
  return { kind: "reply", status: 200, headers, body: chosen.bytes };
}

/** Weak comparison, as `If-None-Match` asks for. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
