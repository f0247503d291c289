import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** Who is there, as the application sees it, in `tenant:{tenantId}:presence`. */
export class PresencePublisher extends BasePublisher {
  publishOnline(tenantId: string, data: GivenData<"user_online">): Promise<EventNamed<"user_online">> {
    return this.publishNew("user_online", { tenantId, data });
  }

  publishOffline(tenantId: string, data: GivenData<"user_offline">): Promise<EventNamed<"user_offline">> {
    return this.publishNew("user_offline", { tenantId, data });
  }

  /** `status` is a word such as `away` or `busy`. */
  publishStatus(
    tenantId: string,
    status: string,
    data: GivenData<"presence_update">,
  ): Promise<EventNamed<"presence_update">> {
    return this.publishNew("presence_update", { tenantId, status, data });
  }
}
