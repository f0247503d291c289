import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** Several people at work on the same thing, in `tenant:{tenantId}:collaboration`. */
export class CollaborationPublisher extends BasePublisher {
  publishUserJoined(tenantId: string, data: GivenData<"user_joined">): Promise<EventNamed<"user_joined">> {
    return this.publishNew("user_joined", { tenantId, data });
  }

  publishUserLeft(tenantId: string, data: GivenData<"user_left">): Promise<EventNamed<"user_left">> {
    return this.publishNew("user_left", { tenantId, data });
  }

  publishFieldChanged(tenantId: string, data: GivenData<"field_changed">): Promise<EventNamed<"field_changed">> {
    return this.publishNew("field_changed", { tenantId, data });
  }
}
