import { createNotifications, idleNotifications, type NotificationsState, type Toast } from "@altavoz/client";
import { useMemo } from "react";
import { useAltavoz, useTenant } from "./altavoz-provider.ts";
import { useLatest } from "./use-latest.ts";
import { useStore } from "./use-store.ts";

export interface NotificationsHookOptions {
  /** Shows each new one for a moment, in the application's own way. */
  readonly toast?: Toast | undefined;
  /** Those of this user instead of the tenant's. */
  readonly userId?: string | null | undefined;
  /** The oldest beyond it are forgotten. Default: 100. */
  readonly limit?: number;
  /** So many of the channel's history are there from the start, without a toast. Default: none. */
  readonly history?: number;
}

export interface NotificationsResult extends NotificationsState {
  readonly markAsRead: (id: string) => void;
  readonly markAllAsRead: () => void;
  readonly remove: (id: string) => void;
}

/** What people are told, until they have read or removed it. Without a tenant, that of the provider. */
export function useNotifications(
  tenantId?: string | null,
  { toast, userId, ...options }: NotificationsHookOptions = {},
): NotificationsResult {
  const client = useAltavoz();
  const tenant = useTenant(tenantId);
  const owner = userId ? `user:${userId}` : tenant && `tenant:${tenant}`;
  const latest = useLatest(toast);
  // biome-ignore lint/correctness/useExhaustiveDependencies: limits are those of the beginning.
  const store = useMemo(
    () =>
      owner
        ? createNotifications(client, {
            ...options,
            channel: `${owner}:notifications`,
            toast: (...words) => latest.current?.(...words),
          })
        : undefined,
    [client, owner, latest],
  );
  return {
    ...useStore<NotificationsState>(store, idleNotifications),
    markAsRead: store?.markAsRead ?? nothing,
    markAllAsRead: store?.markAllAsRead ?? nothing,
    remove: store?.remove ?? nothing,
  };
}

const nothing = (): void => {};
