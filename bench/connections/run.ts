/** `npm run bench -- connections`: a great many real connections to several nodes over one Redis. */
import type { Notebook, Scenario } from "../scenario.ts";
import { startCluster } from "../servers/cluster.ts";
import type { HubConfiguration } from "../servers/hub.ts";
import { createCrowdControl } from "./crowd-control.ts";
import { planFleet, readResources, shortcomings } from "./limits.ts";
import { broadcast, comeBack, connect, idle, type Stage, steady } from "./phases.ts";
import { type ConnectionsPlan, connectionsPlan } from "./plan.ts";
import { channelName } from "./swarm-orders.ts";

export const connectionsScenario: Scenario<ConnectionsPlan> = {
  name: "connections",
  limitSeconds: 240,
  options: {
    count: { type: "string", about: "connections; 100000 unless told" },
    small: { type: "boolean", about: "2,000 connections and short phases, for any laptop" },
    processes: { type: "string", about: "servers and generators; as few as the limit of open files allows" },
  },
  plan: connectionsPlan,
  run,
};

async function run(plan: ConnectionsPlan, notebook: Notebook): Promise<void> {
  const resources = readResources();
  const fleet = planFleet(plan.count, resources, plan.processes);
  const reasons = shortcomings(plan.count, fleet, resources);
  if (reasons.length > 0) throw new Error(`this machine does not allow it:\n${reasons.join("\n")}`);
  notebook.tell(`starting Redis and ${fleet.processes} servers for ${fleet.perProcess} connections each`);
  const cluster = await startCluster({ nodes: fleet.processes, pinned: false, adapt: crowdConfiguration });
  const channels = Array.from({ length: Math.ceil(plan.count / plan.channelSize) }, (_, i) => channelName(i));
  const crowd = createCrowdControl({ plan, fleet, channels: channels.length, nodes: cluster.nodes, notebook });
  try {
    const [entrance] = cluster.nodes;
    if (!entrance) throw new Error("no server was started");
    await play({ plan, cluster, crowd, entrance, channels, notebook });
  } finally {
    await crowd.stop();
    await cluster.stop();
  }
}

/** Each phase begins where the one before it has left everybody. */
async function play(stage: Stage): Promise<void> {
  const { plan, notebook } = stage;
  const title = `${plan.count.toLocaleString("en-US")} connections to ${stage.cluster.nodes.length} servers`;
  const costs = [...(await connect(stage)), ...(await idle(stage))];
  notebook.sheets.push({ title, head: ["", "measured"], rows: costs });
  const latencies = [await broadcast(stage), await steady(stage)];
  const head = ["ms", "p50", "p95", "p99", "max", "servers' CPU, cores", "Redis", "generators"];
  notebook.sheets.push({ title: "From publish to receipt", head, rows: latencies });
  notebook.sheets.push({
    title: "All connections are cut at once and come back at another server",
    head: ["", "counted"],
    rows: await comeBack(stage),
  });
}

function crowdConfiguration(base: HubConfiguration): object {
  const crowd = {
    name: "crowd",
    allow_subscribe_for_client: true,
    history_size: 1_000,
    history_ttl: "600s",
    force_recovery: true,
  };
  return { ...base, channel: { namespaces: [crowd] } };
}
