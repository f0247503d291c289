import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** How much of its resources a tenant uses, in `tenant:{tenantId}:metrics`. */
export class MetricsPublisher extends BasePublisher {
  publishUpdate(tenantId: string, data: GivenData<"metrics_update">): Promise<EventNamed<"metrics_update">> {
    return this.publishNew("metrics_update", { tenantId, data });
  }
}
