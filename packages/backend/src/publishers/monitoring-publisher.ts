import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** What somebody should look at, in `tenant:{tenantId}:monitoring`. */
export class MonitoringPublisher extends BasePublisher {
  publishAlert(tenantId: string, data: GivenData<"alert">): Promise<EventNamed<"alert">> {
    return this.publishNew("alert", { tenantId, data });
  }
}
