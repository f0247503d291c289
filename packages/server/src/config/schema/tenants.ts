/** Isolated customers of one installation. */

export const limits = {
  connections: { type: "int", default: 0, about: "Connections on all nodes together; 0 for no limit." },
  user_connections: {
    type: "int",
    default: 0,
    about: "Connections of one user on all nodes together; 0 for no limit.",
  },
  subscriptions_per_connection: {
    type: "int",
    default: 0,
    about: "Subscriptions of one connection; 0 for no limit but client.channel_limit.",
  },
  publications_per_second: {
    type: "int",
    default: 0,
    about: "Publications per second on all nodes together; 0 for no limit.",
  },
  publication_bytes: { type: "int", default: 0, about: "Largest publication in bytes; 0 for no limit." },
  history_channels: { type: "int", default: 0, about: "Channels with history at the same time; 0 for no limit." },
} as const;

export const apiKey = {
  name: { type: "string", default: "", about: "What the key is for; appears in logs." },
  key: {
    type: "string",
    default: "",
    secret: true,
    pattern: "^(?!sha256:).+|^sha256:[0-9a-fA-F]{64}$",
    expected: "the key, or sha256: and the 64 hexadecimal digits of its hash",
    about: "The key, plain or as sha256:HEX.",
  },
  scopes: {
    type: "strings",
    default: ["*"],
    of: [
      "*",
      "publish",
      "read",
      "manage",
      "broadcast",
      "subscribe",
      "unsubscribe",
      "disconnect",
      "refresh",
      "presence",
      "presence_stats",
      "history",
      "history_remove",
      "channels",
      "info",
      "batch",
      "rpc",
    ],
    about: "API methods, or the groups publish, read and manage, or * for all.",
  },
} as const;

export const tenant = {
  id: {
    type: "string",
    default: "",
    pattern: "^[A-Za-z0-9_.-]{1,64}$",
    expected: "a tenant id: 1 to 64 of A-Z a-z 0-9 _ . -",
    about: "What tokens, API requests and channel names call the tenant.",
  },
  name: { type: "string", default: "", about: "What people call it; empty for the id." },
  token: { type: "shape", shape: "token", about: "Keys of the tenant: a token they sign is always of this tenant." },
  api_keys: {
    type: "list",
    item: "api_key",
    unique: "key",
    shorthand: "key",
    about: "API keys of the tenant, as bare strings or with name and scopes.",
  },
  limits: {
    type: "shape",
    shape: "limits",
    inherits: "tenancy.default_limits",
    about: "Limits of the tenant; what is not set is as in tenancy.default_limits.",
  },
  namespaces: {
    type: "list",
    item: "namespace",
    unique: "name",
    about: "Namespaces of the tenant, in addition to the shared ones; they win over a shared one of the same name.",
  },
  schemas: {
    type: "list",
    item: "publication_schema",
    unique: "name",
    about: "Schemas of publications of the tenant, in addition to the shared ones.",
  },
} as const;

export const tenancy = {
  allow_undeclared: {
    type: "bool",
    default: true,
    about: "Let credentials of the platform name tenants that are not in the configuration.",
  },
  default_limits: { type: "shape", shape: "limits", about: "Limits of a tenant that does not say its own." },
} as const;
