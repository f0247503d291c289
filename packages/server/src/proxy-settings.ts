import { readFileSync } from "node:fs";
import { DEFAULT_PROXY } from "./config/check-proxies.ts";
import type { ChannelOptionsConfig, Config, ProxyConfig, StatusTransformConfig } from "./config/schema.ts";
import type { NamespaceBackends } from "./hub/index.ts";
import type { BackendOptions, BackendTls, ProxiesOptions, StatusTransform } from "./proxy/index.ts";

/** The sections that have a backend of their own are known by names that none in `proxies` can have. */
const sections = {
  connect: "client:connect",
  refresh: "client:refresh",
  subscribe: "channel:subscribe",
  publish: "channel:publish",
  subRefresh: "channel:sub_refresh",
  rpc: "rpc:rpc",
} as const;

const nameOf = (name: string, section: string): string => (name === DEFAULT_PROXY ? section : name);

/** Which backends a namespace asks; nothing when it asks none. */
export function toBackends(options: ChannelOptionsConfig): { backends?: NamespaceBackends } {
  const backends = {
    ...(options.subscribe_proxy_enabled && { subscribe: nameOf(options.subscribe_proxy_name, sections.subscribe) }),
    ...(options.publish_proxy_enabled && { publish: nameOf(options.publish_proxy_name, sections.publish) }),
    ...(options.sub_refresh_proxy_enabled && {
      subRefresh: nameOf(options.sub_refresh_proxy_name, sections.subRefresh),
    }),
  };
  return Object.keys(backends).length === 0 ? {} : { backends };
}

/** Those that have an address, by their names. */
function declaredProxies({ channel, client, rpc, proxies }: Config): [string, ProxyConfig][] {
  const declared: [string, ProxyConfig][] = [
    [sections.connect, client.proxy.connect],
    [sections.refresh, client.proxy.refresh],
    [sections.subscribe, channel.proxy.subscribe],
    [sections.publish, channel.proxy.publish],
    [sections.subRefresh, channel.proxy.sub_refresh],
    [sections.rpc, rpc.proxy],
    ...proxies.map((each): [string, ProxyConfig] => [each.name, each]),
  ];
  return declared.filter(([, { endpoint }]) => endpoint !== "");
}

/** Reads certificate files. Throws when one cannot be read. */
export function toProxies(config: Config): Omit<ProxiesOptions, "clock" | "log" | "emit"> {
  const { client, rpc } = config;
  const methods = [{ name: "", ...rpc.without_namespace }, ...rpc.namespaces].filter((each) => each.proxy_enabled);
  const routes = new Map(methods.map(({ name, proxy_name }) => [name, nameOf(proxy_name, sections.rpc)]));
  return {
    backends: declaredProxies(config).map(([name, each]) => toBackend(name, each)),
    ...(client.proxy.connect.enabled && { connect: sections.connect }),
    ...(client.proxy.refresh.enabled && { refresh: sections.refresh }),
    ...(routes.size > 0 && { rpc: { boundary: rpc.namespace_boundary, backends: routes } }),
  };
}

/** Names of the request headers that any backend wants to see. */
export const forwardedHeaders = (config: Config): readonly string[] =>
  declaredProxies(config).flatMap(([, proxy]) => proxy.http_headers);

const toBackend = (name: string, proxy: ProxyConfig): BackendOptions => ({
  name,
  endpoint: proxy.endpoint,
  timeoutMs: proxy.timeout,
  headers: { http: proxy.http_headers, emulated: proxy.emulated_headers, fixed: proxy.http.static_headers },
  includeMeta: proxy.include_connection_meta,
  binary: proxy.binary_encoding,
  statusTransforms: proxy.http.status_to_code_transforms.map(toTransform),
  maxResponseBytes: proxy.max_response_size,
  maxConcurrency: proxy.max_concurrency,
  breaker: { failures: proxy.circuit_breaker.failures, openMs: proxy.circuit_breaker.open_for },
  ...(proxy.http.tls.enabled && { tls: toTls(proxy.http.tls) }),
});

const toTransform = ({ status_code, to_error, to_disconnect }: StatusTransformConfig): StatusTransform => ({
  status: status_code,
  ...(to_error.code > 0 ? { error: to_error } : { disconnect: to_disconnect }),
});

const toTls = (tls: ProxyConfig["http"]["tls"]): BackendTls => ({
  ...(tls.server_ca_pem && { ca: pem(tls.server_ca_pem) }),
  ...(tls.cert_pem && { cert: pem(tls.cert_pem) }),
  ...(tls.key_pem && { key: pem(tls.key_pem) }),
  ...(tls.server_name && { serverName: tls.server_name }),
  rejectUnauthorized: !tls.insecure_skip_verify,
});

/** PEM text as it is, or that of the file. */
const pem = (value: string): string => (value.includes("-----BEGIN") ? value : readFileSync(value, "utf8"));
