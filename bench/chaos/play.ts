import { setTimeout as passing } from "node:timers/promises";
import { createRemote } from "../../conformance/src/subject/remote.ts";
import { type Account, account } from "./accountant.ts";
import { type Fleet, gatherFleet } from "./fleet.ts";
import { readHistory } from "./history.ts";
import type { Published } from "./ledger.ts";
import { type Publishers, startPublishers } from "./publishers.ts";
import type { Ground, PlayOptions, Scenario, Stage } from "./scenario.ts";
import { type ServerNode, startServerNode } from "./server-node.ts";
import { createTcpProxy } from "./tcp-proxy.ts";

export interface Outcome extends Account {
  readonly scenario: string;
  readonly about: string;
  readonly seconds: number;
  readonly reconnects: number;
  /** Clients that connected again within one second, at most. */
  readonly reconnectsPerSecond: number;
  /** Why clients lost their connections and subscriptions, and how often. */
  readonly partings: Readonly<Record<string, number>>;
  /** Why attempts to publish did not succeed, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
}

const API_KEY = "an-api-key-of-the-chaos";
const SECRET = "a-secret-of-the-chaos-of-32-bytes-or-more";
const NODES = 3;
const CALM_LIMIT_MS = 60_000;
const LAST_ROUND_MS = 15_000;
const LAST_ROUNDS = 4;
const LOOK_AGAIN_MS = 50;

/** What all nodes of all scenarios have in common: enough history that its size alone makes nobody miss anything. */
const CONFIG = {
  client: {
    token: { hmac_secret_key: SECRET },
    allowed_origins: ["*"],
    ping_interval: "5s",
    pong_timeout: "3s",
    history_max_publication_limit: 1_000,
    recovery_max_publication_limit: 10_000,
  },
  http_api: { key: API_KEY },
  http_stream: { enabled: true },
  sse: { enabled: true },
  channel: {
    namespaces: [
      {
        name: "stream",
        history_size: 10_000,
        history_ttl: "600s",
        force_recovery: true,
        allow_subscribe_for_client: true,
      },
    ],
  },
};

/** Plays one scenario from the first process to the last account. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Outcome> {
  const ground = await scenario.begin();
  try {
    const count = ground.nodes ?? NODES;
    const nodes = await startNodes(ground, count, options);
    try {
      return await playOn(nodes, { scenario, ground, ...options });
    } finally {
      await Promise.all(nodes.map((node) => node.kill()));
    }
  } finally {
    await ground.stop();
  }
}

async function startNodes(ground: Ground, count: number, { runtime }: PlayOptions): Promise<readonly ServerNode[]> {
  const starting = Array.from({ length: count }, (_, index) =>
    startServerNode({ name: `node-${index}`, runtime, config: { ...CONFIG, ...ground.config(index) } }),
  );
  const started = await Promise.allSettled(starting);
  const nodes = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = started.find((each) => each.status === "rejected");
  if (!failed) return nodes;
  await Promise.all(nodes.map((node) => node.kill()));
  throw failed.reason;
}

interface Play extends PlayOptions {
  readonly scenario: Scenario;
  readonly ground: Ground;
}

async function playOn(nodes: readonly ServerNode[], play: Play): Promise<Outcome> {
  const { scenario, ground, size, progress = () => {} } = play;
  const startedAt = performance.now();
  // Whatever balances the load before the nodes: a connection goes to the next node that accepts it.
  let turn = 0;
  const balancer = await createTcpProxy({ targets: () => rotate(nodes, turn++) });
  const remote = createRemote({ url: `http://127.0.0.1:${balancer.port}`, hmacSecret: SECRET, apiKey: API_KEY });
  const channels = Array.from({ length: size.channels }, (_, i) => `stream:${i}`);
  const gathering = { clients: size.clients, channels, websocketUrl: remote.websocketUrl };
  const fleet = await gatherFleet({ ...gathering, token: (sub) => remote.token({ sub }) });
  const publishers = startPublishers({
    channels,
    perChannel: size.publishersPerChannel,
    perSecond: size.publicationsPerSecond,
    urls: () => nodes.map(({ url }) => url),
    apiKey: API_KEY,
  });
  const telling = setInterval(() => progress(standing({ fleet, publishers, startedAt })), 1_000);
  try {
    const stage = setStage({ nodes, ...play, fleet, publishers, channels });
    await stage.calm();
    await ground.strike(stage);
    await stage.calm();
    await publishers.stop();
    await settle(fleet, publishers);
    const kept = await readHistory(remote, channels);
    const { published } = publishers;
    return {
      scenario: scenario.name,
      about: scenario.about,
      seconds: (performance.now() - startedAt) / 1_000,
      ...account({ published, subscribers: fleet.subscribers, kept }),
      reconnects: fleet.reconnects.length,
      reconnectsPerSecond: mostWithin(fleet.reconnects, 1_000),
      partings: Object.fromEntries(fleet.partings),
      reasons: Object.fromEntries(publishers.reasons),
    };
  } finally {
    clearInterval(telling);
    fleet.close();
    await publishers.stop();
    await balancer.close();
  }
}

const rotate = <T>(all: readonly T[], by: number): readonly T[] => all.map((_, i) => all[(i + by) % all.length] as T);

interface Cast extends PlayOptions {
  readonly nodes: readonly ServerNode[];
  readonly fleet: Fleet;
  readonly publishers: Publishers;
  readonly channels: readonly string[];
}

function setStage({ nodes, runtime, size, fleet, publishers, channels }: Cast): Stage {
  const acknowledgedIn = (entries: readonly Published[], channel: string): number =>
    entries.filter((each) => each.channel === channel && each.outcome === "acknowledged").length;
  let bursts = 0;
  return {
    nodes,
    runtime,
    burst: async (bytes) => void (await publishers.announce(`burst/${++bursts}`, bytes)),
    pass: async (seconds) => void (await passing(seconds * 1_000)),
    async calm(publications = size.calmPublications) {
      const before = publishers.published.length;
      const isCalm = (): boolean => {
        if (fleet.live < fleet.subscribers.length) return false;
        const since = publishers.published.slice(before);
        return channels.every((channel) => acknowledgedIn(since, channel) >= publications);
      };
      if (await within(CALM_LIMIT_MS, isCalm)) return;
      const away = fleet.subscribers.length - fleet.live;
      const reasons = [...publishers.reasons].map(([reason, count]) => `${count} × ${reason}`);
      const logs = nodes.flatMap(({ name, complaints }) =>
        complaints()
          .slice(-5)
          .map((line) => `${name}: ${line}`),
      );
      throw new Error([`no calm: ${away} subscriptions are away`, ...reasons, ...logs].join("\n"));
    },
  };
}

/** Publishes into every channel until all have heard it; whoever cannot be reached shows in the account. */
async function settle(fleet: Fleet, publishers: Publishers): Promise<void> {
  for (let round = 1; round <= LAST_ROUNDS; round++) {
    const words = await publishers.announce(`last/${round}`);
    if (await within(LAST_ROUND_MS, () => fleet.haveHeard(words))) return;
  }
}

async function within(ms: number, holds: () => boolean): Promise<boolean> {
  const until = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > until) return false;
    await passing(LOOK_AGAIN_MS);
  }
  return true;
}

function mostWithin(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted.reduce((most, time, i) => Math.max(most, i + 1 - sorted.findIndex((each) => each > time - ms)), 0);
}

interface Standing {
  readonly fleet: Fleet;
  readonly publishers: Publishers;
  readonly startedAt: number;
}

function standing({ fleet, publishers, startedAt }: Standing): string {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const acknowledged = publishers.published.filter(({ outcome }) => outcome === "acknowledged").length;
  const open = publishers.published.length - acknowledged;
  return `${seconds} s: ${acknowledged} acknowledged, ${open} not, ${fleet.live} of ${fleet.subscribers.length} subscribed`;
}
