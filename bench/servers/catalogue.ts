import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { centrifugoJson, socketIo } from "../generator/dialect.ts";
import { isBuilt, launch, type Runtime, type ServerSettings } from "./launch.ts";
import type { RunningServer, Target } from "./target.ts";

/** The servers that the bench starts itself. The first is the measure of the others. */
export const catalogue: readonly Target[] = [
  comparison({ id: "bare-bun", label: "bare Bun", runtime: "bun" }),
  ours("bun", "Altavoz, Bun"),
  ours("node", "Altavoz, Node"),
  comparison({ id: "ws-node", label: "ws, Node", runtime: "node" }),
  { ...comparison({ id: "socketio-node", label: "Socket.IO, Node", runtime: "node" }), dialect: socketIo },
];

function comparison(server: { readonly id: string; readonly label: string; readonly runtime: Runtime }): Target {
  const args = ({ port, apiKey, hmacSecret }: ServerSettings) => [
    `--port=${port}`,
    `--api-key=${apiKey}`,
    `--hmac-secret=${hmacSecret}`,
  ];
  return {
    id: server.id,
    label: server.label,
    dialect: centrifugoJson,
    hasHistory: false,
    start: () => launch({ runtime: server.runtime, script: `bench/servers/${server.id}.ts`, args }),
  };
}

function ours(runtime: Runtime, label: string): Target {
  const script = "packages/server/src/main.ts";
  return {
    id: `altavoz-${runtime}`,
    label,
    dialect: centrifugoJson,
    hasHistory: true,
    unavailable: () => (isBuilt(script) ? undefined : `${script} does not exist yet`),
    start: () => launchConfigured(runtime, script, configuration),
    startWithFormats: () => launchConfigured(runtime, script, everyFormat),
  };
}

async function launchConfigured(
  runtime: Runtime,
  script: string,
  configure: (settings: ServerSettings) => object,
): Promise<RunningServer> {
  const file = join(tmpdir(), `altavoz-bench-${crypto.randomUUID()}.json`);
  const args = async (settings: ServerSettings) => {
    await Bun.write(file, JSON.stringify(configure(settings)));
    return ["serve", "--config", file];
  };
  try {
    return await launch({ runtime, script, args });
  } finally {
    await rm(file, { force: true });
  }
}

/** A Centrifugo v6 configuration with nothing in it but what the bench needs. */
function configuration({ port, apiKey, hmacSecret }: ServerSettings) {
  return {
    http_server: { port },
    client: { token: { hmac_secret_key: hmacSecret }, allowed_origins: ["*"] },
    http_api: { key: apiKey },
    health: { enabled: true },
    log: { level: "error" },
    channel: {
      namespaces: [
        { name: "bench", allow_subscribe_for_client: true },
        { name: "history", allow_subscribe_for_client: true, history_size: 100, history_ttl: "300s" },
      ],
    },
  };
}

/** Without pings, which would be counted as messages where only frame headers are read. */
function everyFormat(settings: ServerSettings): object {
  const base = configuration(settings);
  const delta = {
    name: "delta",
    allow_subscribe_for_client: true,
    allowed_delta_types: ["fossil"],
    delta_publish: true,
  };
  return {
    ...base,
    client: { ...base.client, ping_interval: "0s" },
    websocket: { compression: true },
    sse: { enabled: true },
    http_stream: { enabled: true },
    channel: { namespaces: [...base.channel.namespaces, delta] },
  };
}
