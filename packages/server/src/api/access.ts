import { type ApiAuthenticator, type ApiIdentity, type HttpRequest, HubError } from "../hub/index.ts";
import type { Method } from "./method.ts";

const SCHEME = /^apikey +(\S+) *$/i;
const FORMS = "send the key as X-API-Key: KEY, as Authorization: apikey KEY, or as ?api_key=KEY";

/** Who everybody is when the API is open: for development, or behind something that checks. */
const anybody: ApiIdentity = { name: "insecure", scopes: ["*"] };

export interface AccessOptions {
  readonly keys: ApiAuthenticator;
  /** No key is asked for, and whoever calls may do everything. */
  readonly insecure: boolean;
}

/** Who calls, or why nobody may with what was sent. */
export function authenticate(request: HttpRequest, { keys, insecure }: AccessOptions): ApiIdentity | HubError {
  if (insecure) return anybody;
  const key = keyOf(request);
  if (key === "") return new HubError("unauthorized", `no API key; ${FORMS}`);
  return keys.identify(key) ?? new HubError("unauthorized", "this API key is not known here");
}

function keyOf(request: HttpRequest): string {
  const header = request.header("x-api-key");
  if (header) return header;
  const authorization = request.header("authorization");
  return (authorization && SCHEME.exec(authorization)?.[1]) || (request.query.get("api_key") ?? "");
}

/** May this key call the method? Throws `HubError` permissionDenied. */
export function checkScope({ scopes }: ApiIdentity, { name, scope }: Method): void {
  if (!scope || scopes.includes("*") || scopes.includes(scope) || scopes.includes(name)) return;
  const accepted = [...new Set([name, scope, "*"])].map((each) => `"${each}"`).join(", ");
  throw new HubError("permissionDenied", `this API key may not call ${name}; it needs one of the scopes ${accepted}`);
}
