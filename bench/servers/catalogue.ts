import { centrifugoJson, socketIo } from "../generator/dialect.ts";
import { hubConfiguration, hubScript, launchHub } from "./hub.ts";
import { isBuilt, launch, type Runtime, type ServerSettings } from "./launch.ts";
import type { Target } from "./target.ts";

/** The servers that the bench starts itself. The first is the measure of the others. */
export const catalogue: readonly Target[] = [
  comparison({ id: "bare-bun", label: "bare Bun", runtime: "bun" }),
  ours("bun", "Altavoz, Bun"),
  ours("node", "Altavoz, Node"),
  comparison({ id: "ws-node", label: "ws, Node", runtime: "node" }),
  { ...comparison({ id: "socketio-node", label: "Socket.IO, Node", runtime: "node" }), dialect: socketIo },
];

/** A server that does no more than what is compared; its script is named for it. */
export function comparison(server: { readonly id: string; readonly label: string; readonly runtime: Runtime }): Target {
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
  return {
    id: `altavoz-${runtime}`,
    label,
    dialect: centrifugoJson,
    hasHistory: true,
    unavailable: () => (isBuilt(hubScript) ? undefined : `${hubScript} does not exist yet`),
    start: () => launchHub({ runtime, configure: hubConfiguration }),
    startWithFormats: () => launchHub({ runtime, configure: everyFormat }),
  };
}

/** Without pings, which would be counted as messages where only frame headers are read. */
function everyFormat(settings: ServerSettings): object {
  const base = hubConfiguration(settings);
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
