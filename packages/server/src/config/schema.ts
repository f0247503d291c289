import { channel, channelOptions, namespace } from "./schema/channel.ts";
import { client, subscriptionToken, token } from "./schema/client.ts";
import { engine } from "./schema/engine.ts";
import type { Section, SectionValue } from "./schema/option.ts";
import { namedProxy, proxy, rpc, rpcNamespace, statusTransform, switchableProxy } from "./schema/proxy.ts";
import { publicationSchema } from "./schema/schemas.ts";
import { health, httpApi, httpServer, live, log, node, prometheus, shutdown, websocket } from "./schema/server.ts";
import { socketio } from "./schema/socketio.ts";
import { apiKey, limits, tenancy, tenant } from "./schema/tenants.ts";
import {
  codeToDisconnect,
  codeToHttp,
  emulation,
  httpStream,
  init,
  plainWebsocket,
  sse,
  uniHttpStream,
  uniSse,
  uniWebsocket,
} from "./schema/transports.ts";

/** Sections that appear in more than one place. */
export interface Shapes {
  readonly proxy: typeof proxy;
  readonly switchable_proxy: typeof switchableProxy;
  readonly named_proxy: typeof namedProxy;
  readonly status_transform: typeof statusTransform;
  readonly rpc_namespace: typeof rpcNamespace;
  readonly token: typeof token;
  readonly subscription_token: typeof subscriptionToken;
  readonly channel_options: typeof channelOptions;
  readonly namespace: typeof namespace;
  readonly tenant: typeof tenant;
  readonly api_key: typeof apiKey;
  readonly limits: typeof limits;
  readonly publication_schema: typeof publicationSchema;
  readonly code_to_http: typeof codeToHttp;
  readonly code_to_disconnect: typeof codeToDisconnect;
}

const shapeTable: Shapes = {
  proxy,
  switchable_proxy: switchableProxy,
  named_proxy: namedProxy,
  status_transform: statusTransform,
  rpc_namespace: rpcNamespace,
  token,
  subscription_token: subscriptionToken,
  channel_options: channelOptions,
  namespace,
  tenant,
  api_key: apiKey,
  limits,
  publication_schema: publicationSchema,
  code_to_http: codeToHttp,
  code_to_disconnect: codeToDisconnect,
};

export function shapeOf(name: string): Section {
  const shape = new Map<string, Section>(Object.entries(shapeTable)).get(name);
  if (!shape) throw new Error(`the schema uses the shape ${name}, which it does not declare`);
  return shape;
}

const rest = {
  pid_file: {
    type: "string",
    default: "",
    about: "File that holds the process id while the server runs; empty for none.",
  },
  tenants: { type: "list", item: "tenant", unique: "id", about: "The declared tenants." },
  schemas: {
    type: "list",
    item: "publication_schema",
    unique: "name",
    about: "Schemas that publications of every tenant and of the platform have to fit.",
  },
  proxies: {
    type: "list",
    item: "named_proxy",
    unique: "name",
    about: "Backends that the *_proxy_name options of namespaces name.",
  },
  admin: { type: "later" },
  broker: { type: "later" },
  consumers: { type: "later" },
  controller: { type: "later" },
  debug: { type: "later" },
  enable_unreleased_features: { type: "later" },
  graphite: { type: "later" },
  grpc_api: { type: "later" },
  map_broker: { type: "later" },
  opentelemetry: { type: "later" },
  presence_manager: { type: "later" },
  shared_poll: { type: "later" },
  swagger: { type: "later" },
  uni_grpc: { type: "later" },
  usage_stats: { type: "later" },
  webtransport: { type: "later" },
} as const;

type Sections = {
  readonly http_server: typeof httpServer;
  readonly log: typeof log;
  readonly engine: typeof engine;
  readonly client: typeof client;
  readonly channel: typeof channel;
  readonly tenancy: typeof tenancy;
  readonly http_api: typeof httpApi;
  readonly websocket: typeof websocket;
  readonly http_stream: typeof httpStream;
  readonly sse: typeof sse;
  readonly emulation: typeof emulation;
  readonly init: typeof init;
  readonly uni_websocket: typeof uniWebsocket;
  readonly uni_http_stream: typeof uniHttpStream;
  readonly uni_sse: typeof uniSse;
  readonly plain_websocket: typeof plainWebsocket;
  readonly socketio: typeof socketio;
  readonly prometheus: typeof prometheus;
  readonly health: typeof health;
  readonly live: typeof live;
  readonly node: typeof node;
  readonly shutdown: typeof shutdown;
  readonly rpc: typeof rpc;
};

/** Every option of the server, once. The loader, the reference page and the default file all read this. */
export const schema: Sections & typeof rest = {
  http_server: httpServer,
  log,
  engine,
  client,
  channel,
  tenancy,
  http_api: httpApi,
  websocket,
  http_stream: httpStream,
  sse,
  emulation,
  init,
  uni_websocket: uniWebsocket,
  uni_http_stream: uniHttpStream,
  uni_sse: uniSse,
  plain_websocket: plainWebsocket,
  socketio,
  prometheus,
  health,
  live,
  node,
  shutdown,
  rpc,
  ...rest,
};

/** The whole configuration with every default filled in. Names are those of the file; durations are milliseconds. */
export type Config = SectionValue<typeof schema, Shapes>;
export type TenantConfig = SectionValue<typeof tenant, Shapes>;
export type NamespaceConfig = SectionValue<typeof namespace, Shapes>;
export type ChannelOptionsConfig = SectionValue<typeof channelOptions, Shapes>;
export type TokenConfig = SectionValue<typeof token, Shapes>;
export type ApiKeyConfig = SectionValue<typeof apiKey, Shapes>;
export type ProxyConfig = SectionValue<typeof proxy, Shapes>;
export type StatusTransformConfig = SectionValue<typeof statusTransform, Shapes>;
export type PublicationSchemaConfig = SectionValue<typeof publicationSchema, Shapes>;
export type LimitsConfig = SectionValue<typeof limits, Shapes>;
