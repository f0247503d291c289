import type { NotificationEvent } from "@altavoz/events";
import { systemClock } from "../kit/clock.ts";
import { attempt, type Store } from "../store.ts";
import { type AnyClient, createFeed, idleLink, type Link, type Switch } from "./feed.ts";

export interface Notification {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly message: string;
  readonly link?: string;
  readonly timestamp: Date;
  readonly read: boolean;
}

export interface NotificationsState extends Link {
  /** The newest first. */
  readonly notifications: readonly Notification[];
  readonly unread: number;
}

export const idleNotifications: NotificationsState = { ...idleLink, notifications: [], unread: 0 };

export interface Notifications extends Store<NotificationsState>, Switch {
  readonly markAsRead: (id: string) => void;
  readonly markAllAsRead: () => void;
  readonly remove: (id: string) => void;
}

export type Toast = (type: string, title: string, message: string) => void;

export interface NotificationsOptions {
  /** `tenant:{tenantId}:notifications` or `user:{userId}:notifications`. */
  readonly channel: string;
  /** Shows each new one for a moment, in the application's own way. */
  readonly toast?: Toast | undefined;
  /** The oldest beyond it are forgotten. */
  readonly limit?: number;
  /** So many of the channel's history are there from the start, without a toast. */
  readonly history?: number;
}

/** What people are told, until they have read or removed it. */
export function createNotifications(
  client: AnyClient,
  { channel, toast, limit = 100, history = 0 }: NotificationsOptions,
): Notifications {
  let notifications: readonly Notification[] = [];
  const feed = createFeed<NotificationEvent, NotificationsState>({
    client,
    channel,
    history,
    take(event, isNew) {
      const notification = toNotification(event);
      if (notifications.some(({ id }) => id === notification.id)) return;
      notifications = [notification, ...notifications].slice(0, limit);
      if (isNew && toast) attempt(() => toast(notification.type, notification.title, notification.message));
    },
    show: (link) => ({ ...link, notifications, unread: notifications.filter(({ read }) => !read).length }),
  });
  const change = (next: readonly Notification[]): void => {
    notifications = next;
    feed.changed();
  };
  const readWhere = (isMeant: (notification: Notification) => boolean): void =>
    change(notifications.map((each) => (isMeant(each) && !each.read ? { ...each, read: true } : each)));
  return {
    get: feed.get,
    subscribe: feed.subscribe,
    connect: feed.connect,
    disconnect: feed.disconnect,
    markAsRead: (id) => readWhere((each) => each.id === id),
    markAllAsRead: () => readWhere(() => true),
    remove: (id) => change(notifications.filter((each) => each.id !== id)),
  };
}

function toNotification({ id, type, timestamp, data }: NotificationEvent): Notification {
  const { title = "", message = "", link } = data;
  return {
    id,
    type: type || "notification",
    title,
    message,
    ...(link ? { link } : {}),
    timestamp: timestamp ? new Date(timestamp) : new Date(systemClock.now()),
    read: false,
  };
}
