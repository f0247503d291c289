import type { HttpRequest, Reply, Route } from "../hub/index.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import { type Ids, randomIds } from "../kit/ids.ts";
import { createStaticRoutes } from "./static-files.ts";

export interface LiveOptions {
  /** The built page. */
  readonly assetsDir: string;
  /** The tenant that the page belongs to, and another one that it must not reach. */
  readonly tenant: string;
  readonly otherTenant: string;
  /** A connection token of `tenant` for this user. */
  mintToken(user: string): Promise<string>;
  /** Shown on the page: it must allow nothing but publishing into `tenant`. */
  readonly apiKey: string;
  /** How the outside reaches the hub, without a slash at the end; absent: as the request says. */
  readonly publicUrl?: string;
  /** Where the page is mounted; absent: at the root. */
  readonly prefix?: string;
  /** Where the hub serves its WebSocket and its server API. */
  readonly websocketPath?: string;
  readonly apiPath?: string;
  readonly ids?: Ids;
  readonly clock?: Clock;
}

/** A visitor chooses nothing but to keep the name that the hub gave. */
const VISITOR = /^visitor-[a-z]{4}$/;

/**
 * The page "Altavoz live", and `live/session` beside it, which makes whoever asks a visitor of the demo tenant.
 * Rejects when the page is not built.
 */
export async function createLiveRoutes(options: LiveOptions): Promise<Route[]> {
  const prefix = (options.prefix ?? "/").replace(/\/*$/, "/");
  const session: Route = {
    method: "GET",
    path: `${prefix}live/session`,
    handle: (request) => openSession(options, prefix, request),
  };
  return [...(await createStaticRoutes(options.assetsDir, prefix)), session];
}

async function openSession(options: LiveOptions, prefix: string, request: HttpRequest): Promise<Reply> {
  const { tenant, otherTenant, apiKey, ids = randomIds, clock = systemClock } = options;
  const { websocketPath = "/connection/websocket", apiPath = "/api" } = options;
  const asked = request.query.get("user");
  const user = asked !== null && VISITOR.test(asked) ? asked : `visitor-${ids.letters(4)}`;
  const scheme = request.header("x-forwarded-proto") === "https" ? "https" : "http";
  const body = {
    token: await options.mintToken(user),
    tenant,
    otherTenant,
    user,
    channels: { host: `tenant:${tenant}:host`, chat: `tenant:${tenant}:notifications` },
    api: { url: `${options.publicUrl ?? `${scheme}://${request.host}`}${apiPath}`, key: apiKey },
    paths: { websocket: fromPage(prefix, websocketPath), api: fromPage(prefix, apiPath) },
    time: clock.now(),
  };
  return {
    kind: "reply",
    status: 200,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    body: JSON.stringify(body),
  };
}

/** Relative to the page, so that it also holds behind a proxy that adds a path in front of all. */
function fromPage(prefix: string, path: string): string {
  return "../".repeat(prefix.split("/").length - 2) + path.slice(1);
}
