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
  readonly ids?: Ids;
  readonly clock?: Clock;
}

/** A visitor chooses nothing but to keep the name that the hub gave. */
const VISITOR = /^visitor-[a-z]{4}$/;

/**
 * The page "Altavoz live" at `/`, and `GET /live/session`, which makes whoever asks a visitor of the demo tenant.
 * Rejects when the page is not built.
 */
export async function createLiveRoutes(options: LiveOptions): Promise<Route[]> {
  const session: Route = { method: "GET", path: "/live/session", handle: (request) => openSession(options, request) };
  return [...(await createStaticRoutes(options.assetsDir)), session];
}

async function openSession(options: LiveOptions, request: HttpRequest): Promise<Reply> {
  const { tenant, otherTenant, apiKey, ids = randomIds, clock = systemClock } = options;
  const asked = request.query.get("user");
  const user = asked !== null && VISITOR.test(asked) ? asked : `visitor-${ids.letters(4)}`;
  const scheme = request.header("x-forwarded-proto") === "https" ? "https" : "http";
  const body = {
    token: await options.mintToken(user),
    tenant,
    otherTenant,
    user,
    channels: { host: `tenant:${tenant}:host`, chat: `tenant:${tenant}:notifications` },
    api: { url: `${options.publicUrl ?? `${scheme}://${request.host}`}/api`, key: apiKey },
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
