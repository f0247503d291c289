import { ADMIN, type AuthContext } from "./auth-context.ts";

/** Opens `system:` channels for reading. */
const SYSTEM_READ = "system:read";

export interface RightsRules {
  /** The tokens are signed with the platform's key: a tenant writes into its own what it likes. */
  readonly platform: boolean;
  /** Roles, besides `admin`, that may read `system:` channels. */
  readonly systemRoles: readonly string[];
}

/** The rules of the hub for the four scopes of channel names. Every other name is refused. */
export function mayUse(context: AuthContext, channel: string, { platform, systemRoles }: RightsRules): boolean {
  const [scope, id = "", ...resource] = channel.split(":");
  const isAdmin = platform && context.roles.includes(ADMIN);
  switch (scope) {
    case "tenant":
      return isComplete(id, resource) && (isAdmin || (id !== "*" && id === context.tenantId));
    case "user":
      return isComplete(id, resource) && (isAdmin || id === context.userId);
    case "admin":
      return id !== "" && isAdmin;
    case "system":
      return id !== "" && (isAdmin || (platform && readsSystem(context, systemRoles)));
    default:
      return false;
  }
}

const isComplete = (id: string, resource: readonly string[]): boolean => id !== "" && resource.join(":") !== "";

const readsSystem = ({ roles, permissions }: AuthContext, systemRoles: readonly string[]): boolean =>
  permissions.includes(SYSTEM_READ) || roles.some((role) => systemRoles.includes(role));
