import type { HttpRequest, Hub, Reply, Topics } from "../hub/index.ts";
import { isOriginAllowed } from "./origin.ts";

/** What every endpoint of a door stands on. */
export interface DoorStep {
  readonly hub: Hub;
  readonly topics: Topics;
  readonly allowedOrigins: readonly string[];
  /** Header in which a trusted proxy names the user; "" for none. */
  readonly userIdHeader: string;
  /** Names of request headers that the application wants to see. */
  readonly keptHeaders?: readonly string[];
}

/** Why a new connection is not let in; `undefined` when it is. */
export function refusal({ hub, allowedOrigins }: DoorStep, request: HttpRequest): Reply | undefined {
  if (!isOriginAllowed(request, allowedOrigins)) return wrongOrigin;
  if (hub.draining) return refuse(503, "the server is shutting down");
  const verdict = hub.limits.accepts(hub.openCount);
  if (verdict === "yes") return undefined;
  hub.emit({ type: "refused", reason: verdict });
  return refuse(503, "too many connections; come back later");
}

export const refuse = (status: number, text: string): Reply => ({
  kind: "reply",
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...(status === 503 ? { connection: "close" } : {}) },
  body: `${text}\n`,
});

export const wrongOrigin: Reply = refuse(403, "this origin is not allowed; add it to client.allowed_origins");

/** The headers of a request that the application wants to see; `undefined` when there are none. */
export function keptHeaders({ keptHeaders: names = [] }: DoorStep, request: HttpRequest): Kept {
  const kept = new Map<string, string>();
  for (const name of names) {
    const value = request.header(name);
    if (value !== undefined) kept.set(name.toLowerCase(), value);
  }
  return kept.size === 0 ? {} : { requestHeaders: kept };
}

interface Kept {
  readonly requestHeaders?: ReadonlyMap<string, string>;
}

/** The user that a trusted proxy in front has named. */
export const headerUser = ({ userIdHeader }: DoorStep, request: HttpRequest): string =>
  userIdHeader === "" ? "" : (request.header(userIdHeader) ?? "");
