import type { DataInput } from "@altavoz/events";
import { BasePublisher, type EventNamed, type Ready } from "./base-publisher.ts";

type Details<Type extends `deployment_${string}` & keyof Ready["definitions"]> = Omit<
  DataInput<Ready, Type>,
  "deploymentId"
>;

/** Installations on their way, in `tenant:{tenantId}:deployments`. */
export class DeploymentPublisher extends BasePublisher {
  publishStart(tenantId: string, deploymentId: string, instanceType: string): Promise<EventNamed<"deployment_start">> {
    return this.publishNew("deployment_start", { tenantId, data: { deploymentId, instanceType, progress: 0 } });
  }

  publishProgress(
    tenantId: string,
    deploymentId: string,
    details: Details<"deployment_progress">,
  ): Promise<EventNamed<"deployment_progress">> {
    return this.publishNew("deployment_progress", { tenantId, data: { ...details, deploymentId } });
  }

  publishCompleted(
    tenantId: string,
    deploymentId: string,
    details: Details<"deployment_completed"> = {},
  ): Promise<EventNamed<"deployment_completed">> {
    return this.publishNew("deployment_completed", { tenantId, data: { progress: 100, ...details, deploymentId } });
  }

  publishFailed(
    tenantId: string,
    deploymentId: string,
    details: Details<"deployment_failed"> = {},
  ): Promise<EventNamed<"deployment_failed">> {
    return this.publishNew("deployment_failed", { tenantId, data: { ...details, deploymentId } });
  }
}
