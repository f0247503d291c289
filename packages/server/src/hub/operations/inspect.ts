import { matchesGlob } from "../../kit/glob.ts";
import type { NodeInfo, Survey } from "../cluster.ts";
import type { Hub } from "../hub.ts";
import type { Caller } from "../session.ts";
import { HubError } from "../values/errors.ts";
import { PLATFORM_ID } from "../values/tenant.ts";

/** The question of `channels` as it travels between nodes. */
export interface ChannelsQuestion {
  readonly tenant: string;
  /** The platform asks: its own channels and the scope `tenant` of everybody belong to the answer. */
  readonly platform: boolean;
  readonly pattern: string;
}

/** Channels with subscribers on this node, with their number of clients. */
export function channelsHere(
  hub: Hub,
  question: ChannelsQuestion,
): readonly (readonly [name: string, clients: number])[] {
  const found: [string, number][] = [];
  for (const { channel, subscribers } of hub.channels.live.values()) {
    if (subscribers.size === 0) continue;
    const own = channel.owner === question.tenant;
    const platform = question.platform && (channel.owner === PLATFORM_ID || channel.scope === "tenant");
    if (!own && !platform) continue;
    if (question.pattern === "" || matchesGlob(question.pattern, channel.name))
      found.push([channel.name, subscribers.size]);
  }
  return found;
}

/** Channels with subscribers on all nodes. Throws `HubError` internal, naming how many nodes did not answer. */
export async function channels(hub: Hub, caller: Caller, pattern: string): Promise<ReadonlyMap<string, number>> {
  const question: ChannelsQuestion = { tenant: caller.tenant.id, platform: caller.crossesTenants, pattern };
  const survey = await hub.cluster.survey<ReturnType<typeof channelsHere>>("channels", question);
  refusePartial(survey);
  const total = new Map<string, number>();
  for (const answer of survey.answers)
    for (const [name, clients] of answer) total.set(name, (total.get(name) ?? 0) + clients);
  return total;
}

function refusePartial(survey: Survey<unknown>): void {
  if (survey.missing.length > 0)
    throw new HubError("internal", `${survey.missing.length} nodes did not answer in time`);
}

/** The nodes of the cluster. A tenant sees only its own figures, nothing of the process. */
export async function info(hub: Hub, caller: Caller): Promise<readonly NodeInfo[]> {
  if (caller.crossesTenants) return hub.cluster.nodes();
  const survey = await hub.cluster.survey<NodeInfo>("tenant-info", caller.tenant.id);
  refusePartial(survey);
  return survey.answers;
}

/** What this node tells a tenant. */
export function tenantInfoHere(hub: Hub, tenant: string): NodeInfo {
  const users = new Set<string>();
  let clients = 0;
  let subscriptions = 0;
  for (const session of hub.sessions.values()) {
    if (session.tenant.id !== tenant) continue;
    clients++;
    subscriptions += session.subscriptions.size;
    users.add(session.identity.user);
  }
  let count = 0;
  for (const { channel, subscribers } of hub.channels.live.values()) {
    if (channel.owner === tenant && subscribers.size > 0) count++;
  }
  const { uid, name, version } = hub.cluster.nodes()[0] ?? { uid: hub.nodeId, name: "", version: hub.settings.version };
  return {
    uid,
    name,
    version,
    clients,
    users: users.size,
    subscriptions,
    channels: count,
    uptime: 0,
    rssBytes: 0,
    cpuPercent: 0,
  };
}
