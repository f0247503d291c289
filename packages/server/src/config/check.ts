import { isIP } from "node:net";
import { checkEngine, warnEngine } from "./check-engine.ts";
import { checkProxies } from "./check-proxies.ts";
import type { ChannelOptionsConfig, Config, NamespaceConfig, TokenConfig } from "./schema.ts";

/** Names whose channels belong by rule to a tenant, a user or the platform, whatever a configuration declares. */
const SCOPES: readonly string[] = ["tenant", "user", "admin", "system"];

export interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** What only several options together can get wrong. */
export function checkConfig(config: Config): Findings {
  const problems = [
    ...checkServer(config),
    ...checkEngine(config),
    ...checkChannels(config),
    ...checkProxies(config),
    ...checkToken("client.token", config.client.token),
    ...checkToken("client.subscription_token", config.client.subscription_token),
    ...config.tenants.flatMap((tenant, index) => checkToken(`tenants[${index}].token`, tenant.token)),
    ...checkApiKeys(config),
  ];
  return {
    problems,
    warnings: [...warnClosed(config), ...warnInsecure(config), ...warnScopes(config), ...warnEngine(config)],
  };
}

function checkServer({ http_server: server, client }: Config): string[] {
  const problems: string[] = [];
  const { tls } = server;
  if (tls.enabled && (!tls.cert_pem || !tls.key_pem)) {
    problems.push("http_server.tls: enabled, so it needs the file paths cert_pem and key_pem");
  }
  for (const name of ["cert_pem", "key_pem"] as const) {
    if (tls[name].includes("-----BEGIN"))
      problems.push(`http_server.tls.${name}: found PEM text, expected a file path`);
  }
  for (const range of server.trusted_proxies) {
    if (!isAddressRange(range)) {
      problems.push(
        `http_server.trusted_proxies: found ${JSON.stringify(range)}, expected an IP address or CIDR range`,
      );
    }
  }
  if (client.ping_interval > 0 && client.pong_timeout >= client.ping_interval) {
    problems.push("client.pong_timeout: must be shorter than client.ping_interval");
  }
  return problems;
}

function isAddressRange(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

function checkToken(path: string, token: TokenConfig): string[] {
  const problems: string[] = [];
  if (token.audience && token.audience_regex) problems.push(`${path}: set audience or audience_regex, not both`);
  if (token.issuer && token.issuer_regex) problems.push(`${path}: set issuer or issuer_regex, not both`);
  return problems;
}

/** Every set of channel options with its path, and the namespaces that a tenant of its own sees. */
function allNamespaces({ channel, tenants }: Config): { path: string; options: NamespaceConfig }[] {
  const at = (path: string, list: readonly NamespaceConfig[]): { path: string; options: NamespaceConfig }[] =>
    list.map((options, index) => ({ path: `${path}[${index}]`, options }));
  return [
    ...at("channel.namespaces", channel.namespaces),
    ...tenants.flatMap((tenant, index) => at(`tenants[${index}].namespaces`, tenant.namespaces)),
  ];
}

function checkChannels(config: Config): string[] {
  const { channel, client } = config;
  const namespaces = allNamespaces(config);
  const problems = [
    ...checkChannelOptions("channel.without_namespace", channel.without_namespace),
    ...namespaces.flatMap(({ path, options }) => checkChannelOptions(path, options)),
  ];
  const marks = ["private_prefix", "namespace_boundary", "user_boundary", "user_separator"] as const;
  marks.forEach((name, index) => {
    const other = marks.slice(0, index).find((earlier) => channel[name] !== "" && channel[earlier] === channel[name]);
    if (other) problems.push(`channel.${name}: the same as channel.${other}; they must differ`);
  });
  const personal = client.subscribe_to_user_personal_channel;
  const name = personal.personal_channel_namespace;
  if (personal.enabled && name && !SCOPES.includes(name) && !channel.namespaces.some((known) => known.name === name)) {
    problems.push(
      `client.subscribe_to_user_personal_channel.personal_channel_namespace: ${JSON.stringify(name)} is not in channel.namespaces`,
    );
  }
  return problems;
}

function checkChannelOptions(path: string, options: ChannelOptionsConfig): string[] {
  const { history_size: size, history_ttl: ttl } = options;
  if (size > 0 !== ttl > 0) return [`${path}: history needs both history_size and history_ttl; only one is set`];
  if (size > 0) return [];
  const dependent = [
    "force_recovery",
    "allow_recovery",
    "force_positioning",
    "allow_positioning",
    "auto_cache_recover",
  ];
  const flags = new Map<string, unknown>(Object.entries(options));
  return dependent
    .filter((name) => flags.get(name) === true)
    .map((name) => `${path}.${name}: needs history; set history_size and history_ttl`);
}

/** A key that two tenants share would let one speak for the other. */
function checkApiKeys({ http_api: api, tenants }: Config): string[] {
  const owners = new Map<string, string>(api.key ? [[api.key, "http_api.key"]] : []);
  const problems: string[] = [];
  tenants.forEach((tenant, index) => {
    for (const [position, { key }] of tenant.api_keys.entries()) {
      const path = `tenants[${index}].api_keys[${position}]`;
      const owner = owners.get(key);
      if (owner && !owner.startsWith(`tenants[${index}].`)) problems.push(`${path}: the same key as ${owner}`);
      else owners.set(key, path);
    }
  });
  return problems;
}

/** The safe defaults let nobody in, which looks like a fault to who starts for the first time. */
function warnClosed({ client, http_api: api, tenants }: Config): string[] {
  const warnings: string[] = [];
  const withoutToken =
    client.proxy.connect.enabled ||
    client.insecure ||
    client.allow_anonymous_connect_without_token ||
    client.user_id_http_header;
  const canVerify =
    client.insecure_skip_token_signature_verify || [client, ...tenants].some(({ token }) => hasTokenKeys(token));
  if (!withoutToken && !canVerify) {
    warnings.push("client.token: no key is set, so no client can connect; set client.token.hmac_secret_key");
  }
  if (!api.disabled && !api.insecure && !api.key && tenants.every((tenant) => tenant.api_keys.length === 0)) {
    warnings.push("http_api.key: not set, so every API request is refused; set it, or http_api.disabled");
  }
  return warnings;
}

/** Whether anything in these settings can verify a token. */
export const hasTokenKeys = (token: TokenConfig): boolean =>
  [
    token.hmac_secret_key,
    token.hmac_previous_secret_key,
    token.rsa_public_key,
    token.ecdsa_public_key,
    token.eddsa_public_key,
    token.jwks_public_endpoint,
  ].some(Boolean);

function warnInsecure({ client, http_api: api, live }: Config): string[] {
  const warnings: string[] = [];
  if (client.insecure) warnings.push("client.insecure: every client may do everything without a token");
  if (client.insecure_skip_token_signature_verify) {
    warnings.push("client.insecure_skip_token_signature_verify: anyone can write a token that is believed");
  }
  if (client.user_id_http_header) {
    warnings.push("client.user_id_http_header: whoever reaches this port directly can name any user");
  }
  if (api.insecure) warnings.push("http_api.insecure: every API request is accepted without a key");
  if (live.enabled) warnings.push("live.enabled: every visitor of the live page gets a token");
  return warnings;
}

function warnScopes(config: Config): string[] {
  return allNamespaces(config)
    .filter(({ options }) => SCOPES.includes(options.name))
    .map(
      ({ path, options: { name } }) =>
        `${path}: its options apply to "${name}" channels; who may use those of a built-in scope stays the built-in rule`,
    );
}
