import type { Hub, HubEvent, HubListener, Route } from "../hub/index.ts";
import { PLATFORM_ID } from "../hub/index.ts";
import { type MetricFamily, textOf } from "./exposition.ts";
import { watchProcess } from "./process-figures.ts";
import { createRegistry, type Registry } from "./registry.ts";

export interface MetricsOptions {
  readonly hub: Hub;
  /** Tenants that may appear by name; the others are "other" together. */
  readonly declaredTenants: readonly string[];
  /** "/metrics" when absent. */
  readonly path?: string;
  /** The figures of all processes that serve together, when this is not the only one. */
  readonly collect?: () => Promise<readonly MetricFamily[]>;
}

/** A call of the server API. */
export interface ApiCallFigures {
  readonly method: string;
  readonly durationMs: number;
  /** 0 when it succeeded. */
  readonly errorCode: number;
}

export interface Metrics {
  readonly routes: readonly Route[];
  /** To be given to the hub. */
  readonly listener: HubListener;
  /** To be given to the server API. */
  apiCall(call: ApiCallFigures): void;
  /** Of this process alone. */
  families(): readonly MetricFamily[];
  stop(): void;
}

/** Figures for Prometheus, under Centrifugo's names where they mean the same. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { hub } = options;
  const registry = createRegistry();
  readHub(registry, hub);
  const stop = watchProcess(registry, hub.clock);
  const apiCall = countApiCalls(registry);
  const tenants = new Set(options.declaredTenants);
  const tenantLabel = (id: string): string => (id === PLATFORM_ID ? "platform" : tenants.has(id) ? id : "other");
  const headers = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" };
  const route: Route = {
    method: "GET",
    path: options.path ?? "/metrics",
    handle: async () => {
      const families = options.collect ? await options.collect() : registry.families();
      return { kind: "reply", status: 200, headers, body: textOf(families) };
    },
  };
  const listener = countEvents(registry, tenantLabel);
  return { routes: [route], listener, apiCall, families: registry.families, stop };
}

/** Fine enough for an answer from memory, wide enough for one over a network. */
const DURATIONS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function readHub(registry: Registry, hub: Hub): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    registry.reading({ name, help, type: "gauge", read });
  gauge("centrifugo_node_num_clients", "Connected clients of this node.", () => hub.sessions.size);
  gauge("centrifugo_node_num_users", "Distinct users connected to this node.", () => hub.users.size);
  gauge("centrifugo_node_num_subscriptions", "Subscriptions of this node.", () => hub.channels.subscriptionCount);
  gauge("centrifugo_node_num_channels", "Channels with subscribers on this node.", () => hub.channels.live.size);
  registry.reading({
    name: "centrifugo_node_num_nodes",
    help: "Nodes of the cluster that this node sees.",
    type: "gauge",
    merge: "max",
    read: () => hub.cluster.alive().length,
  });
  gauge("active_connections", "Open connections of this node, authenticated or not.", () => hub.openCount);
  registry
    .gauge({
      name: "centrifugo_node_build",
      help: "1, with the version as its label.",
      labels: ["version"],
      merge: "max",
    })
    .add([hub.settings.version], 1);
}

function countApiCalls(registry: Registry): Metrics["apiCall"] {
  const durations = registry.histogram({
    name: "centrifugo_api_command_duration_seconds_histogram",
    help: "How long calls of the server API took.",
    labels: ["protocol", "method"],
    buckets: DURATIONS,
  });
  const errors = registry.counter({
    name: "centrifugo_api_command_errors_total",
    help: "Calls of the server API that were refused, by error code.",
    labels: ["protocol", "method", "error"],
  });
  return ({ method, durationMs, errorCode }) => {
    durations.observe(["http", method], durationMs / 1000);
    if (errorCode !== 0) errors.add(["http", method, String(errorCode)]);
  };
}

type EventOf<T extends HubEvent["type"]> = Extract<HubEvent, { type: T }>;
type Listeners = { readonly [T in HubEvent["type"]]?: (event: EventOf<T>) => void };

function countEvents(registry: Registry, tenantLabel: (id: string) => string): HubListener {
  const listeners: Listeners = {
    ...countConnections(registry, tenantLabel),
    ...countPublications(registry, tenantLabel),
    ...countCommands(registry),
    ...countQuestions(registry),
  };
  return (event) => {
    const listener = listeners[event.type] as ((event: HubEvent) => void) | undefined;
    listener?.(event);
  };
}

function countConnections(registry: Registry, tenantLabel: (id: string) => string): Listeners {
  const client = ["transport", "client_name"];
  const accepted = registry.counter({
    name: "centrifugo_client_connections_accepted",
    help: "Clients that have connected.",
    labels: client,
  });
  const inflight = registry.gauge({
    name: "centrifugo_client_connections_inflight",
    help: "Clients that are connected.",
    labels: client,
  });
  const ofTenant = registry.gauge({
    name: "altavoz_tenant_connections",
    help: "Clients that are connected, by tenant.",
    labels: ["tenant"],
  });
  const disconnects = registry.counter({
    name: "centrifugo_client_num_server_disconnects",
    help: "Connections that the server has ended, by code.",
    labels: ["code"],
  });
  const limited = registry.counter({
    name: "centrifugo_node_client_connection_limit",
    help: "Connections refused because the node has as many as it may.",
  });
  const refused = registry.counter({
    name: "altavoz_connections_refused_total",
    help: "Connections refused before they began, by reason.",
    labels: ["reason"],
  });
  return {
    connected({ transport, clientName, tenant }) {
      accepted.add([transport, clientName]);
      inflight.add([transport, clientName], 1);
      ofTenant.add([tenantLabel(tenant)], 1);
    },
    disconnected({ transport, clientName, tenant, code, byServer, connected }) {
      if (byServer) disconnects.add([String(code)]);
      if (!connected) return;
      inflight.add([transport, clientName], -1);
      ofTenant.add([tenantLabel(tenant)], -1);
    },
    refused({ reason }) {
      refused.add([reason]);
      if (reason === "connection_limit") limited.add([]);
    },
  };
}

function countPublications(registry: Registry, tenantLabel: (id: string) => string): Listeners {
  const published = registry.counter({
    name: "events_published_total",
    help: "Publications accepted, by namespace and tenant.",
    labels: ["namespace", "tenant_id"],
  });
  const durations = registry.histogram({
    name: "event_publish_duration_seconds",
    help: "From the request to the engine's acknowledgement.",
    buckets: [0.01, 0.05, 0.1, 0.5, 1],
  });
  const sent = registry.counter({
    name: "centrifugo_node_messages_sent_count",
    help: "Messages given to the engine.",
    labels: ["type"],
  });
  const suppressed = registry.counter({
    name: "centrifugo_broker_publish_suppressed_count",
    help: "Publications dropped for their idempotency key or version.",
  });
  const deliveries = registry.counter({
    name: "altavoz_deliveries_total",
    help: "Publications, joins and leaves times their subscribers on this node.",
  });
  const ofTenant = registry.counter({
    name: "altavoz_tenant_deliveries_total",
    help: "The same, by tenant.",
    labels: ["tenant"],
  });
  return {
    published({ namespace, tenant, durationMs }) {
      published.add([namespace, tenantLabel(tenant)]);
      durations.observe([], durationMs / 1000);
      sent.add(["publication"]);
    },
    suppressed: () => suppressed.add([]),
    delivered({ tenant, subscribers }) {
      deliveries.add([], subscribers);
      ofTenant.add([tenantLabel(tenant)], subscribers);
    },
  };
}

function countCommands(registry: Registry): Listeners {
  const durations = registry.histogram({
    name: "centrifugo_client_command_duration_seconds_histogram",
    help: "How long commands of clients took.",
    labels: ["method"],
    buckets: DURATIONS,
  });
  const errors = registry.counter({
    name: "centrifugo_client_num_reply_errors",
    help: "Commands of clients that were refused, by error code.",
    labels: ["method", "code"],
  });
  const unsubscribes = registry.counter({
    name: "centrifugo_client_num_server_unsubscribes",
    help: "Subscriptions that the server has ended, by code.",
    labels: ["code"],
  });
  const recoveries = registry.counter({
    name: "centrifugo_client_recover",
    help: "Recoveries by their outcome.",
    labels: ["recovered", "has_recovered_publications"],
  });
  const recovered = registry.histogram({
    name: "centrifugo_client_recovered_publications",
    help: "Publications that one recovery gave.",
    buckets: [0, 1, 2, 5, 10, 20, 50, 100, 250, 500, 1000],
  });
  const gaps = registry.counter({
    name: "altavoz_insufficient_state_total",
    help: "Times that a stream could not be continued and its subscribers had to start over.",
  });
  const pongs = registry.histogram({
    name: "centrifugo_client_ping_pong_duration_seconds",
    help: "From a ping to its pong.",
    labels: ["transport"],
    buckets: DURATIONS,
  });
  return {
    command({ method, durationMs, errorCode }) {
      durations.observe([method], durationMs / 1000);
      if (errorCode !== 0) errors.add([method, String(errorCode)]);
    },
    unsubscribed({ code }) {
      if (code !== 0) unsubscribes.add([String(code)]);
    },
    recovered({ recovered: whole, publications }) {
      recoveries.add([yesNo(whole), yesNo(publications > 0)]);
      if (whole) recovered.observe([], publications);
    },
    insufficient_state: () => gaps.add([]),
    pong: ({ transport, roundTripMs }) => pongs.observe([transport], roundTripMs / 1000),
  };
}

/** What the application was asked. The name is of the backend in the configuration, so there are few. */
function countQuestions(registry: Registry): Listeners {
  const labels = ["protocol", "type", "name"];
  const durations = registry.histogram({
    name: "centrifugo_proxy_duration_seconds_histogram",
    help: "How long the application took to answer.",
    labels,
    buckets: DURATIONS,
  });
  const errors = registry.counter({
    name: "centrifugo_proxy_errors",
    help: "Questions that the application gave no usable answer to.",
    labels,
  });
  const spared = registry.counter({
    name: "altavoz_proxy_spared_total",
    help: "Questions that were not asked, because the backend is down or has enough to do.",
    labels,
  });
  return {
    asked({ question, backend, durationMs, outcome }) {
      const values = [backend === "" ? "handler" : "http", question, backend];
      if (outcome === "spared") return spared.add(values);
      durations.observe(values, durationMs / 1000);
      if (outcome === "failed") errors.add(values);
    },
  };
}

const yesNo = (value: boolean): string => (value ? "yes" : "no");
