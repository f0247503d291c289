/** How the process listens, logs and ends. */

import { deflate, deflateLevel, deflateMinSize } from "./compression.ts";

export const httpServer = {
  address: { type: "string", default: "", about: "Address to listen on; empty for all, IPv4 and IPv6." },
  port: {
    type: "int",
    default: 8000,
    max: 65_535,
    about: "Port of clients and, without internal_port, of everything else; 0 picks a free one.",
  },
  internal_address: {
    type: "string",
    default: "",
    about: "Address of the internal port; empty for the same as address.",
  },
  internal_port: {
    type: "int",
    default: 0,
    max: 65_535,
    quoted: true,
    about: "Own port for the API, metrics and health; 0 keeps them on port.",
  },
  trusted_proxies: {
    type: "strings",
    default: [],
    about: "Addresses or CIDR ranges whose X-Forwarded-For names the client.",
  },
  tls: {
    enabled: { type: "bool", default: false, about: "Serve HTTPS and WSS." },
    cert_pem: { type: "string", default: "", about: "Path of the certificate file; read again when it changes." },
    key_pem: { type: "string", default: "", about: "Path of the private key file; read again when it changes." },
    server_ca_pem: { type: "later" },
    client_ca_pem: { type: "later" },
    insecure_skip_verify: { type: "later" },
    server_name: { type: "later" },
  },
  tls_autocert: { type: "later" },
  tls_external: { type: "later" },
  internal_tls: { type: "later" },
  http3: { type: "later" },
  h2c_external: { type: "later" },
} as const;

export const log = {
  level: {
    type: "enum",
    of: ["trace", "debug", "info", "warn", "error", "none"],
    default: "info",
    about: "The least important lines to write.",
  },
  file: { type: "string", default: "", about: "File to append to; empty for standard error." },
} as const;

export const node = {
  name: { type: "string", default: "", about: "Name of this node; empty for host name and port." },
  info_metrics_aggregate_interval: { type: "later" },
} as const;

export const shutdown = {
  timeout: {
    type: "duration",
    default: "30s",
    about: "The longest that a stop may take before the process ends anyway.",
  },
  reconnects_per_second: {
    type: "int",
    default: 1_000,
    about:
      "Clients that a stopping node sends away per second, more only when shutdown.timeout leaves no other choice; 0 for all at once.",
  },
} as const;

export const websocket = {
  disabled: { type: "bool", default: false, about: "No WebSocket endpoint." },
  handler_prefix: {
    type: "string",
    default: "/connection/websocket",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the WebSocket endpoint.",
  },
  write_timeout: {
    type: "duration",
    default: "1s",
    about:
      "A client that takes none of what waits for it for so long is cut; 0 for never. The longer of this and that of uni_websocket is the limit of all connections, HTTP streams too.",
  },
  message_size_limit: { type: "int", default: 65_536, about: "Largest message of a client in bytes." },
  compression: deflate as typeof deflate,
  compression_min_size: deflateMinSize as typeof deflateMinSize,
  compression_level: deflateLevel as typeof deflateLevel,
  read_buffer_size: { type: "later" },
  use_write_buffer_pool: { type: "later" },
  write_buffer_size: { type: "later" },
  decompressed_message_size_limit: { type: "later" },
} as const;

export const httpApi = {
  disabled: { type: "bool", default: false, about: "No HTTP server API." },
  handler_prefix: {
    type: "string",
    default: "/api",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the server API.",
  },
  key: {
    type: "string",
    default: "",
    secret: true,
    about: "API key of the platform, plain or as sha256:HEX; without one every request is refused.",
  },
  error_mode: {
    type: "enum",
    of: ["", "transport"],
    default: "",
    about: "transport: the HTTP status carries the error too.",
  },
  external: {
    type: "bool",
    default: false,
    about: "Serve the API on the public port even when there is an internal one.",
  },
  insecure: { type: "bool", default: false, about: "Accept every API request without a key. Only behind a firewall." },
} as const;

export const prometheus = {
  enabled: { type: "bool", default: false, about: "Serve metrics." },
  handler_prefix: {
    type: "string",
    default: "/metrics",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the metrics.",
  },
  instrument_http_handlers: { type: "later" },
  recovered_publications_histogram: { type: "later" },
  native_histograms: { type: "later" },
} as const;

export const health = {
  enabled: { type: "bool", default: false, about: "Serve the health check." },
  handler_prefix: {
    type: "string",
    default: "/health",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the health check.",
  },
} as const;

export const live = {
  enabled: {
    type: "bool",
    default: false,
    about: "Serve the live page, with a token for every visitor. Only for development and demonstrations.",
  },
  handler_prefix: {
    type: "string",
    default: "/",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the live page.",
  },
  tenant: {
    type: "string",
    default: "default",
    pattern: "^[A-Za-z0-9_.-]{1,64}$",
    expected: "a tenant id: 1 to 64 of A-Z a-z 0-9 _ . -",
    about: "Tenant whose channels the page shows.",
  },
  other_tenant: {
    type: "string",
    default: "",
    pattern: "^[A-Za-z0-9_.-]{0,64}$",
    expected: "a tenant id: 1 to 64 of A-Z a-z 0-9 _ . -",
    about: "Tenant that the page tries to read and may not; empty for none.",
  },
  assets_dir: {
    type: "string",
    default: "",
    about: "Folder of the built page; empty for the one that comes with the server.",
  },
} as const;
