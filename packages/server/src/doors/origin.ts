import type { HttpRequest } from "../hub/index.ts";
import { matchesGlob } from "../kit/glob.ts";

/**
 * Whether a browser page of this origin may connect. Requests without an Origin header come from elsewhere than browsers
 * and pass; an empty list allows only pages of the same host; patterns may hold `*`.
 */
export function isOriginAllowed(request: HttpRequest, allowed: readonly string[]): boolean {
  const origin = request.header("origin")?.toLowerCase();
  if (origin === undefined || origin === "") return true;
  if (allowed.length === 0) return hostOf(origin) === request.host.toLowerCase();
  return allowed.some((pattern) => matchesGlob(pattern.toLowerCase(), origin));
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
