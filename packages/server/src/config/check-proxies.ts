import type { ChannelOptionsConfig, Config, ProxyConfig, StatusTransformConfig } from "./schema.ts";

/** What `*_proxy_name` says when it means the backend of its own section. */
export const DEFAULT_PROXY = "default";

/** From here on disconnect codes are the application's own. */
const OWN_DISCONNECTS = 4000;

/** A place that names a backend, and where the one called default is configured. */
interface Mention {
  readonly path: string;
  readonly name: string;
  readonly section: string;
  readonly fallback: ProxyConfig;
}

/** What is asked of backends must have an address. */
export function checkProxies(config: Config): string[] {
  const names = new Set(config.proxies.map(({ name }) => name));
  const problems: string[] = [];
  for (const { path, name, section, fallback } of mentions(config)) {
    if (name !== DEFAULT_PROXY && !names.has(name)) {
      problems.push(`${path}: ${JSON.stringify(name)} is not in proxies`);
    } else if (name === DEFAULT_PROXY && fallback.endpoint === "") {
      problems.push(`${section}.endpoint: missing; ${path} needs it`);
    }
  }
  for (const [path, proxy] of allProxies(config)) problems.push(...checkProxy(path, proxy));
  return problems;
}

function mentions({ channel, client, rpc, tenants }: Config): Mention[] {
  const found: Mention[] = [];
  for (const kind of ["connect", "refresh"] as const) {
    const section = `client.proxy.${kind}`;
    const fallback = client.proxy[kind];
    if (fallback.enabled) found.push({ path: `${section}.enabled`, name: DEFAULT_PROXY, section, fallback });
  }
  const ofChannels = (path: string, options: ChannelOptionsConfig): void => {
    for (const kind of ["subscribe", "publish", "sub_refresh"] as const) {
      if (!options[`${kind}_proxy_enabled`]) continue;
      const [section, fallback] = [`channel.proxy.${kind}`, channel.proxy[kind]];
      found.push({ path: `${path}.${kind}_proxy_name`, name: options[`${kind}_proxy_name`], section, fallback });
    }
  };
  ofChannels("channel.without_namespace", channel.without_namespace);
  channel.namespaces.forEach((each, index) => {
    ofChannels(`channel.namespaces[${index}]`, each);
  });
  tenants.forEach((tenant, index) => {
    tenant.namespaces.forEach((each, at) => {
      ofChannels(`tenants[${index}].namespaces[${at}]`, each);
    });
  });
  const methods = [["rpc.without_namespace", rpc.without_namespace] as const];
  rpc.namespaces.forEach((each, index) => {
    methods.push([`rpc.namespaces[${index}]` as "rpc.without_namespace", each]);
  });
  for (const [path, { proxy_enabled: enabled, proxy_name: name }] of methods) {
    if (enabled) found.push({ path: `${path}.proxy_name`, name, section: "rpc.proxy", fallback: rpc.proxy });
  }
  return found;
}

function allProxies({ channel, client, rpc, proxies }: Config): [string, ProxyConfig][] {
  return [
    ["client.proxy.connect", client.proxy.connect],
    ["client.proxy.refresh", client.proxy.refresh],
    ["channel.proxy.subscribe", channel.proxy.subscribe],
    ["channel.proxy.publish", channel.proxy.publish],
    ["channel.proxy.sub_refresh", channel.proxy.sub_refresh],
    ["rpc.proxy", rpc.proxy],
    ...proxies.map((each, index): [string, ProxyConfig] => [`proxies[${index}]`, each]),
  ];
}

function checkProxy(path: string, proxy: ProxyConfig): string[] {
  const problems: string[] = [];
  if (proxy.endpoint !== "" && !URL.canParse(proxy.endpoint)) problems.push(`${path}.endpoint: not an address`);
  if (path.startsWith("proxies[") && proxy.endpoint === "") problems.push(`${path}.endpoint: missing`);
  if (proxy.timeout === 0) problems.push(`${path}.timeout: must be longer than nothing`);
  proxy.http.status_to_code_transforms.forEach((each, index) => {
    const problem = transformProblem(each);
    if (problem) problems.push(`${path}.http.status_to_code_transforms[${index}]: ${problem}`);
  });
  return problems;
}

function transformProblem({ status_code: status, to_error, to_disconnect }: StatusTransformConfig): string {
  if (status === 200) return "status_code 200 is an answer; it cannot mean something else";
  if (to_error.code > 0 === to_disconnect.code > 0) return "set to_error.code or to_disconnect.code, one of them";
  if (to_error.code > 0 && to_error.code < 400) return "to_error.code: expected 400 to 1999";
  if (to_disconnect.code > 0 && to_disconnect.code < OWN_DISCONNECTS)
    return "to_disconnect.code: expected 4000 to 4999";
  return Buffer.byteLength(to_disconnect.reason) > 123 ? "to_disconnect.reason: longer than 123 bytes" : "";
}
