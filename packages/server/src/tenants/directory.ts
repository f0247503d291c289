import {
  DEFAULT_TENANT_ID,
  type Directory,
  isTenantId,
  type Namespace,
  PLATFORM_ID,
  scopeNames,
  scopeNamespace,
  type Tenant,
  type TenantLimits,
} from "../hub/index.ts";

export interface TenantDeclaration {
  readonly id: string;
  /** Absent or empty: the id. */
  readonly name?: string;
  /** What is absent is as in the shared limits. */
  readonly limits?: Partial<TenantLimits>;
  /** Besides the shared ones; one of the same name takes its place for this tenant. */
  readonly namespaces?: readonly Namespace[];
}

export interface DirectoryOptions {
  /** The options of channel names without a namespace. */
  readonly withoutNamespace: Namespace;
  /** Shared by all tenants and the platform. */
  readonly namespaces: readonly Namespace[];
  /** Of tenants that do not say their own. */
  readonly limits: TenantLimits;
  readonly tenants: readonly TenantDeclaration[];
  /** Whether a credential of the platform may name a tenant that is not declared. */
  readonly allowUndeclared: boolean;
}

const unlimited: TenantLimits = {
  connections: 0,
  userConnections: 0,
  subscriptionsPerConnection: 0,
  publicationsPerSecond: 0,
  publicationBytes: 0,
  historyChannels: 0,
};

/** Channels under these belong to the platform: a tenant that declared them would set rules for what is not its own. */
const platformScopes: ReadonlySet<string> = new Set(["admin", "system"]);

type Namespaces = ReadonlyMap<string, Namespace>;

function extend(base: Namespaces, namespaces: readonly Namespace[], where: string): Namespaces {
  const declared = new Map<string, Namespace>();
  for (const namespace of namespaces) {
    if (namespace.name === "") throw new Error(`${where}: a namespace needs a name`);
    if (declared.has(namespace.name)) throw new Error(`${where}: the namespace "${namespace.name}" is declared twice`);
    declared.set(namespace.name, { ...namespace, builtin: false });
  }
  return new Map([...base, ...declared]);
}

function tenantNamespaces(shared: Namespaces, declaration: TenantDeclaration): Namespaces {
  const where = `tenants[${declaration.id}].namespaces`;
  const namespaces = declaration.namespaces ?? [];
  for (const { name } of namespaces) {
    if (platformScopes.has(name)) {
      throw new Error(`${where}: channels of "${name}" belong to the platform; declare the namespace for all tenants`);
    }
  }
  return namespaces.length === 0 ? shared : extend(shared, namespaces, where);
}

/** Which tenants exist. Throws on a declaration that contradicts another. */
export function createDirectory(options: DirectoryOptions): Directory {
  const builtin = new Map<string, Namespace>(scopeNames.map((name) => [name, scopeNamespace(name)]));
  builtin.set("", { ...options.withoutNamespace, name: "", builtin: false });
  const shared = extend(builtin, options.namespaces, "namespaces");
  const sharedNamespace = (name: string): Namespace | undefined => shared.get(name);

  function declare(declaration: TenantDeclaration): Tenant {
    const { id } = declaration;
    if (!isTenantId(id)) throw new Error(`tenants: "${id}" is no tenant id: expected 1 to 64 of A-Z a-z 0-9 _ . -`);
    const namespaces = tenantNamespaces(shared, declaration);
    return {
      id,
      name: declaration.name || id,
      declared: true,
      limits: { ...options.limits, ...declaration.limits },
      namespace: (name) => namespaces.get(name),
    };
  }

  // The default tenant is always there: a configuration that knows no tenants means this one.
  const declared = new Map<string, Tenant>([[DEFAULT_TENANT_ID, declare({ id: DEFAULT_TENANT_ID })]]);
  const seen = new Set<string>();
  for (const declaration of options.tenants) {
    if (seen.has(declaration.id)) throw new Error(`tenants: the id "${declaration.id}" is declared twice`);
    seen.add(declaration.id);
    declared.set(declaration.id, declare(declaration));
  }

  return {
    platform: {
      id: PLATFORM_ID,
      name: "platform",
      declared: true,
      limits: unlimited,
      namespace: sharedNamespace,
    },
    tenant(id) {
      const known = declared.get(id);
      if (known || !options.allowUndeclared || !isTenantId(id)) return known;
      // Made anew each time: remembering it would let tokens fill the memory with names.
      return { id, name: id, declared: false, limits: options.limits, namespace: sharedNamespace };
    },
  };
}
