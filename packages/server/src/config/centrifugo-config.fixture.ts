const history = { history_size: 10, history_ttl: "5m" };

/** What a Centrifugo v6 deployment typically has. */
export const centrifugoConfig: Readonly<Record<string, unknown>> = {
  http_server: { port: 8000, internal_port: "9000", address: "0.0.0.0" },
  log: { level: "debug" },
  client: {
    token: { hmac_secret_key: "bbe7d157-a253-4094-9759-06a8236543f9", audience: "centrifugo" },
    subscription_token: { enabled: true, hmac_secret_key: "sub-secret" },
    allowed_origins: ["https://example.com", "https://*.example.com"],
    ping_interval: "20s",
    pong_timeout: "5s",
    concurrency: 8,
    proxy: { connect: { enabled: false } },
  },
  http_api: { key: "d7627bb6-2292-4911-82e1-615c0ed3eebb" },
  admin: {
    enabled: true,
    password: "d0683813-0916-4c49-979f-0e08a686b727",
    secret: "4e9eafcf-0120-4ddd-b668-8dc40072c78e",
  },
  engine: { type: "memory", redis: { address: ["redis://127.0.0.1:6379"], presence_ttl: "60s" } },
  channel: {
    without_namespace: { allow_subscribe_for_client: true, presence: true },
    namespaces: [
      { name: "chat", ...history, force_recovery: true, join_leave: true, allow_publish_for_subscriber: true },
      {
        name: "prices",
        ...history,
        force_recovery: true,
        force_recovery_mode: "cache",
        allowed_delta_types: ["fossil"],
      },
      { name: "personal", channel_regex: "^[0-9]+\\z", subscription_type: "", subscribe_stream_proxy_enabled: true },
    ],
  },
  prometheus: { enabled: true },
  health: { enabled: true },
  sse: { enabled: true },
  websocket: { compression: true, compression_level: 1 },
  usage_stats: { disabled: false },
  shutdown: { timeout: "10s" },
};
