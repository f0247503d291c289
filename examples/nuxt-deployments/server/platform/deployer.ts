import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { DeploymentPublisher } from "@altavoz/backend";
import { progressAfter, type Step, steps } from "#shared/deployments.ts";

export const instanceTypes = ["odoo", "moodle", "nextcloud", "wordpress", "gitlab"] as const;

export interface Deployer {
  /** Resolves with the deployment's id once its start is announced; the rest happens in the background. */
  start(tenantId: string, instanceType: string, failsAt?: Step): Promise<string>;
}

const messages: Record<Step, string> = {
  images: "Pulling Docker images",
  database: "Creating the database",
  modules: "Installing modules",
  network: "Announcing the address",
  certificate: "Asking for a certificate",
  health: "Waiting until it answers",
};

/** Pretends to install something: what is real are the events. */
export function createDeployer(publisher: DeploymentPublisher, stepMs: number): Deployer {
  async function run(tenantId: string, id: string, failsAt?: Step): Promise<void> {
    for (const step of steps) {
      await delay(stepMs);
      if (step === failsAt) {
        await publisher.publishFailed(tenantId, id, { error: `${messages[step]} did not succeed` });
        return;
      }
      await publisher.publishProgress(tenantId, id, { progress: progressAfter(step), message: messages[step] });
    }
    await delay(stepMs);
    await publisher.publishCompleted(tenantId, id, { url: `https://${id}.example.com` });
  }
  return {
    async start(tenantId, instanceType, failsAt) {
      const id = `${instanceType}-${tenantId}-${randomUUID().slice(0, 4)}`;
      await publisher.publishStart(tenantId, id, instanceType);
      run(tenantId, id, failsAt).catch((error) => console.error(`${id}: ${error.message}`));
      return id;
    },
  };
}
