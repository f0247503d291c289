import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** Who came in, in `tenant:{tenantId}:user_login`. */
export class AuthPublisher extends BasePublisher {
  publishLogin(tenantId: string, data: GivenData<"user_login">): Promise<EventNamed<"user_login">> {
    return this.publishNew("user_login", { tenantId, data });
  }
}
