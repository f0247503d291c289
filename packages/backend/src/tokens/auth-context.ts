/** Who somebody is, from the verified token and nothing else. */
export interface AuthContext {
  readonly userId: string;
  readonly tenantId: string;
  readonly roles: string[];
  readonly permissions: string[];
}

const DEFAULT_TENANT = "default";
/** The platform's own role: no key of a tenant can make one. */
export const ADMIN = "admin";

/**
 * Both forms of tokens: `sub` or `userId`, `tenantId` or `tenant_id`, `roles` and `role`, `permissions`. A text says what is
 * wrong. `tenant`: whose key signed the token; absent for the platform's.
 */
export function readClaims(
  claims: Readonly<Record<string, unknown>>,
  tenant: string | undefined,
): AuthContext | string {
  const userId = claims.sub ?? claims.userId;
  if (typeof userId !== "string" || userId === "") return "neither sub nor userId names a user";
  const named = claims.tenantId ?? claims.tenant_id ?? undefined;
  if (named !== undefined && (typeof named !== "string" || named === "")) return "tenantId must be a text";
  if ((claims.tenant_id ?? named) !== named) {
    return "tenantId and tenant_id name two tenants";
  }
  if (tenant !== undefined && named !== undefined && named !== tenant) return "its key is another tenant's";
  const roles = texts(claims.roles);
  const role = texts(claims.role === undefined || claims.role === null ? [] : [claims.role]);
  const permissions = texts(claims.permissions);
  if (!roles || !role) return "role must be a text, and roles a list of texts";
  if (!permissions) return "permissions must be a list of texts";
  const all = [...new Set([...role, ...roles])];
  if (tenant !== undefined && all.includes(ADMIN)) return `a tenant's key cannot give the role ${ADMIN}`;
  return { userId, tenantId: named ?? tenant ?? DEFAULT_TENANT, roles: all, permissions };
}

/** `undefined`: something else than texts. */
function texts(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every((entry) => typeof entry === "string") ? value : undefined;
}
