import { createNotifications, idleNotifications, type NotificationsState, type Toast } from "@altavoz/client";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { useAltavoz, useTenant } from "./altavoz.ts";
import { type RefsOf, refsOf, useStore } from "./use-store.ts";

export interface NotificationsComposableOptions {
  /** Shows each new one for a moment, in the application's own way. */
  readonly toast?: Toast | undefined;
  /** Those of this user instead of the tenant's. */
  readonly userId?: MaybeRefOrGetter<string | null | undefined>;
  /** The oldest beyond it are forgotten. Default: 100. */
  readonly limit?: number;
  /** So many of the channel's history are there from the start, without a toast. Default: none. */
  readonly history?: number;
}

export interface NotificationsResult
  extends RefsOf<NotificationsState, "notifications" | "unread" | "status" | "isConnected" | "error"> {
  readonly markAsRead: (id: string) => void;
  readonly markAllAsRead: () => void;
  readonly remove: (id: string) => void;
}

/** What people are told, until they have read or removed it. Without a tenant, that of the application. */
export function useNotifications(
  tenantId?: MaybeRefOrGetter<string | null | undefined>,
  { userId, ...options }: NotificationsComposableOptions = {},
): NotificationsResult {
  const client = useAltavoz();
  const tenant = useTenant(tenantId);
  const store = computed(() => {
    const user = toValue(userId);
    const owner = user ? `user:${user}` : tenant.value && `tenant:${tenant.value}`;
    return owner ? createNotifications(client, { ...options, channel: `${owner}:notifications` }) : undefined;
  });
  const state = useStore<NotificationsState>(() => store.value, idleNotifications);
  return {
    ...refsOf(state, ["notifications", "unread", "status", "isConnected", "error"]),
    markAsRead: (id) => store.value?.markAsRead(id),
    markAllAsRead: () => store.value?.markAllAsRead(),
    remove: (id) => store.value?.remove(id),
  };
}
