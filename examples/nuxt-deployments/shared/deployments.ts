import type { DeploymentEvent } from "@altavoz/events";

/** What a deployment does after its start, in this order; each step is one event. */
export const steps = ["images", "database", "modules", "network", "certificate", "health"] as const;

export type Step = (typeof steps)[number];

export const progressAfter = (step: Step): number => Math.round(((steps.indexOf(step) + 1) * 100) / (steps.length + 1));

/** One deployment, as its events have told it so far. */
export interface Deployment {
  readonly id: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly status: string;
  readonly progress: number;
  readonly startedAt: string;
  readonly url?: string;
  /** The progress that each event has told: a lost event would show as a gap. */
  readonly told: readonly number[];
}

const KEPT = 20;

/** Takes in one more event; the newest deployment comes first. */
export function withEvent(deployments: readonly Deployment[], event: DeploymentEvent): readonly Deployment[] {
  const { data, instanceId, timestamp } = event;
  const id = data.deploymentId ?? instanceId;
  if (!id) return deployments;
  const known = deployments.find((deployment) => deployment.id === id);
  const progress = data.progress ?? known?.progress ?? 0;
  const url = "url" in data ? data.url : known?.url;
  const next: Deployment = {
    id,
    instanceId: instanceId ?? known?.instanceId ?? id,
    instanceType: data.instanceType ?? known?.instanceType ?? "",
    status: event.status ?? "running",
    progress,
    startedAt: known?.startedAt ?? timestamp,
    ...(url ? { url } : {}),
    told: [...(known?.told ?? []), progress],
  };
  return known
    ? deployments.map((deployment) => (deployment === known ? next : deployment))
    : [next, ...deployments].slice(0, KEPT);
}
