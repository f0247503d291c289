import type { Namespace } from "./namespace.ts";

/** Zero means no limit. */
export interface TenantLimits {
  readonly connections: number;
  readonly userConnections: number;
  readonly subscriptionsPerConnection: number;
  readonly publicationsPerSecond: number;
  readonly publicationBytes: number;
  readonly historyChannels: number;
}

/** An isolated customer of one installation. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** Declared in the configuration; only declared tenants appear as metric labels. */
  readonly declared: boolean;
  readonly limits: TenantLimits;
  /** The options of a namespace, "" for names without one; `undefined` when it does not exist for this tenant. */
  namespace(name: string): Namespace | undefined;
}

const TENANT_ID = /^[A-Za-z0-9_.-]{1,64}$/;
export const isTenantId = (text: string): boolean => TENANT_ID.test(text);

/** Channels of the platform are kept under this id, which no tenant can have. */
export const PLATFORM_ID = "";
export const DEFAULT_TENANT_ID = "default";
