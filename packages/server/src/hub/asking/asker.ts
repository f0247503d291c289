import type { Asker } from "../ports/application.ts";
import type { Session } from "../session.ts";
import { DEFAULT_TENANT_ID } from "../values/tenant.ts";

/** How the application is told whose question it is. */
export function askerOf(session: Session): Asker {
  const { identity, grant, requestHeaders, emulatedHeaders } = session;
  return {
    tenant: session.tenant.id,
    user: identity.user,
    client: session.id,
    transport: session.transport.name,
    format: session.encoder.id,
    requestHeaders,
    emulatedHeaders,
    ...(grant.meta === undefined ? {} : { meta: grant.meta }),
    ...(grant.labels === undefined ? {} : { labels: grant.labels }),
  };
}

/** A connection that nothing is known about yet. */
export const stranger: Omit<Asker, "client" | "transport" | "format"> = {
  tenant: DEFAULT_TENANT_ID,
  user: "",
  requestHeaders: new Map(),
  emulatedHeaders: new Map(),
};
