import { channelName } from "@altavoz/events";
import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** A text for people, and what kind it is, in any word: `invoice_paid`. */
export type Notification = GivenData<"notification"> & { readonly type?: string };

/** Texts for all of a tenant, in `tenant:{tenantId}:notifications`, or for one user, in `user:{userId}:notifications`. */
export class NotificationPublisher extends BasePublisher {
  async publishToTenant(tenantId: string, notification: Notification): Promise<EventNamed<"notification">> {
    return this.publish(channelName("tenant:{tenantId}:notifications", { tenantId }), notification);
  }

  /** Two tenants may both have a user of that id, so the tenant is named, too. */
  async publishToUser(
    tenantId: string,
    userId: string,
    notification: Notification,
  ): Promise<EventNamed<"notification">> {
    return this.publish(channelName("user:{userId}:notifications", { userId }), { ...notification, tenantId });
  }
}
