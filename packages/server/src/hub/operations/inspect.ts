import { matchesGlob } from "../../kit/glob.ts";
import { createFirst, mergePages } from "../../kit/pages.ts";
import type { NodeInfo } from "../cluster/cluster.ts";
import type { NodeRef } from "../cluster/surveys.ts";
import type { Hub } from "../hub.ts";
import type { Caller } from "../session.ts";
import { HubError } from "../values/errors.ts";
import { PLATFORM_ID } from "../values/tenant.ts";

export interface ChannelsRequest {
  readonly pattern: string;
  /** At most so many; 0 for all that are given at all. */
  readonly limit: number;
  /** Where an earlier page ended; "" for the first. */
  readonly cursor: string;
}

export interface ChannelsPage {
  /** Clients by channel, by name. */
  readonly channels: ReadonlyMap<string, number>;
  /** Where the next page begins; "" when this was the last. */
  readonly cursor: string;
  /** Nodes that did not answer in time: what they hold is missing. */
  readonly missing: readonly NodeRef[];
}

/** The question of `channels` as it travels between nodes. */
export interface ChannelsQuestion extends ChannelsRequest {
  readonly tenant: string;
  /** The platform asks: its own channels and the scope `tenant` of everybody belong to the answer. */
  readonly platform: boolean;
}

type Counted = readonly [name: string, clients: number];

/** One page is held in memory and travels as one message. */
const PAGE_LIMIT = 10_000;
/** Who wants more than that asks for pages. */
const WHOLE_LIMIT = 100_000;
/** So many channels are looked at in one turn; a node may have a million. */
const PER_TURN = 20_000;

/** Channels with subscribers on all nodes, page by page. Throws `HubError` limitExceeded for too many without a limit. */
export async function channels(hub: Hub, caller: Caller, request: ChannelsRequest): Promise<ChannelsPage> {
  const limit = request.limit === 0 ? PAGE_LIMIT : Math.min(request.limit, PAGE_LIMIT);
  const found = new Map<string, number>();
  const missing = new Map<string, NodeRef>();
  let { cursor } = request;
  do {
    const page = await channelsAfter(hub, caller, { ...request, limit, cursor });
    for (const [name, clients] of page.channels) found.set(name, clients);
    for (const node of page.missing) missing.set(node.uid, node);
    cursor = page.cursor;
    if (found.size > WHOLE_LIMIT) {
      throw new HubError("limitExceeded", `there are more than ${WHOLE_LIMIT} channels: ask for pages with a limit`);
    }
  } while (cursor !== "" && request.limit === 0);
  return { channels: found, cursor, missing: [...missing.values()] };
}

async function channelsAfter(hub: Hub, caller: Caller, request: ChannelsRequest): Promise<ChannelsPage> {
  const question: ChannelsQuestion = { ...request, tenant: caller.tenant.id, platform: caller.crossesTenants };
  const { answers, missing } = await hub.cluster.survey<readonly Counted[]>("channels", question);
  const { items, cursor } = mergePages(answers, request.limit, ([name]) => name);
  const total = new Map<string, number>();
  for (const [name, clients] of items) total.set(name, (total.get(name) ?? 0) + clients);
  return { channels: total, cursor, missing };
}

/** The part of this node: channels with subscribers, the first ones after the cursor, with their number of clients. */
export async function channelsHere(hub: Hub, question: ChannelsQuestion): Promise<readonly Counted[]> {
  const { tenant, platform, pattern, limit, cursor } = question;
  const first = createFirst<Counted>(limit, ([name]) => name);
  let looked = 0;
  for (const { channel, subscribers } of hub.channels.live.values()) {
    if (++looked % PER_TURN === 0) await new Promise<void>((resolve) => hub.clock.nextTurn(resolve));
    if (subscribers.size === 0 || channel.name <= cursor) continue;
    const own = channel.owner === tenant;
    const ofPlatform = platform && (channel.owner === PLATFORM_ID || channel.scope === "tenant");
    if (!own && !ofPlatform) continue;
    if (pattern === "" || matchesGlob(pattern, channel.name)) first.add([channel.name, subscribers.size]);
  }
  return first.items();
}

export interface InfoPage {
  readonly nodes: readonly NodeInfo[];
  /** Nodes that did not answer in time. */
  readonly missing: readonly NodeRef[];
}

/** The nodes of the cluster. A tenant sees only its own figures, nothing of the process. */
export async function info(hub: Hub, caller: Caller): Promise<InfoPage> {
  if (caller.crossesTenants) return { nodes: hub.cluster.nodes(), missing: [] };
  const { answers, missing } = await hub.cluster.survey<NodeInfo>("tenant-info", caller.tenant.id);
  return { nodes: answers, missing };
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
  return {
    uid: hub.nodeId,
    name: hub.settings.nodeName,
    version: hub.settings.version,
    clients,
    users: users.size,
    subscriptions,
    channels: count,
    uptime: 0,
    rssBytes: 0,
    cpuPercent: 0,
    lagMs: 0,
    draining: false,
  };
}
