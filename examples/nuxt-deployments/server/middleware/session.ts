import type { User } from "#shared/user.ts";

const visitor: User = { id: "user_789", name: "Ana Souza", tenantId: "12345", tenantName: "Northwind Logistics" };

/**
 * Puts the signed-in user where pages and routes find it. The example has no sign-in page: whoever comes is Ana. The
 * cookie is sealed, so a browser cannot write itself another tenant.
 */
export default defineEventHandler(async (event) => {
  if (event.path.startsWith("/_nuxt/")) return;
  const session = await useSession<{ user?: User }>(event, {
    name: "portal",
    password: useRuntimeConfig(event).sessionPassword,
    cookie: { httpOnly: true, sameSite: "lax", secure: getRequestProtocol(event) === "https" },
  });
  if (!session.data.user) await session.update({ user: visitor });
  event.context.user = session.data.user ?? visitor;
});
