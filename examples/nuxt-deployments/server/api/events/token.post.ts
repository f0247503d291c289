import { userOf } from "#shared/user.ts";

/** Who somebody is comes from the session, never from the browser. */
export default eventsTokenHandler((event) => {
  const { id, tenantId } = userOf(event);
  return { user: id, tenant: tenantId };
});
