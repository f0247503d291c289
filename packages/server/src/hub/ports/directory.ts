import type { Tenant } from "../values/tenant.ts";

/** Which tenants exist and what they may. */
export interface Directory {
  /** `undefined` when the tenant is not declared and undeclared tenants are not allowed, or its id is malformed. */
  tenant(id: string): Tenant | undefined;
  /** The platform itself: owner of `admin:` and `system:` channels. */
  readonly platform: Tenant;
}
