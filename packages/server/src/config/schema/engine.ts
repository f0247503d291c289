/** Where channels live, and the way there. Names are Centrifugo's. */

const tls = {
  enabled: { type: "bool", default: false, about: "Use TLS; rediss:// in an address says the same." },
  cert_pem: { type: "string", default: "", about: "Own certificate, as PEM text or the path of a file." },
  key_pem: { type: "string", default: "", secret: true, about: "Its private key, as PEM text or a path." },
  server_ca_pem: {
    type: "string",
    default: "",
    about: "Authority of the server's certificate, as PEM text or a path; empty for the system's.",
  },
  server_name: { type: "string", default: "", about: "Name in the server's certificate; empty for the host." },
  insecure_skip_verify: { type: "bool", default: false, about: "Believe any certificate. Only for development." },
  client_ca_pem: { type: "later" },
} as const;

const redis = {
  prefix: {
    type: "string",
    default: "altavoz",
    pattern: "^[^{}\\s]+$",
    expected: "a text without braces and spaces",
    about: "Start of every key and channel; installations that share a Redis need different ones.",
  },
  address: {
    type: "strings",
    default: ["redis://127.0.0.1:6379"],
    single: true,
    secret: true,
    about:
      "redis://[user:password@]host:port[/db], rediss:// with TLS, unix:///path, or host:port. Several are independent shards.",
  },
  sentinel_address: {
    type: "strings",
    default: [],
    single: true,
    about: "Sentinels as host:port, those of one group separated by commas. Several groups are independent shards.",
  },
  sentinel_master_name: { type: "string", default: "", about: "What the sentinels call the master." },
  sentinel_user: { type: "string", default: "", about: "ACL user at the sentinels." },
  sentinel_password: { type: "string", default: "", secret: true, about: "Password at the sentinels." },
  sentinel_tls: tls as typeof tls,
  cluster_address: {
    type: "strings",
    default: [],
    single: true,
    about:
      "Some nodes of a Redis Cluster as host:port, separated by commas; it tells the others. Several clusters are independent shards.",
  },
  sharded_pub_sub_partitions: {
    type: "int",
    default: 64,
    min: 1,
    max: 4_096,
    about:
      "With a Redis Cluster: groups of channels, each with its keys in one slot. The same on every node; changing it loses history.",
  },
  user: { type: "string", default: "", about: "ACL user; empty for the default one." },
  password: { type: "string", default: "", secret: true, about: "Password of the user." },
  db: { type: "int", default: 0, about: "Database number; a Redis Cluster has only 0." },
  client_name: { type: "string", default: "altavoz", about: "Name of the connections in CLIENT LIST." },
  tls: tls as typeof tls,
  connect_timeout: { type: "duration", default: "2s", about: "The longest that connecting may take." },
  io_timeout: {
    type: "duration",
    default: "3s",
    about: "The longest that an answer may take; a publication without one is reported as of unknown outcome.",
  },
  presence_ttl: {
    type: "duration",
    default: "60s",
    about: "How long an entry of presence outlives its last refresh; those of a node that died vanish in seconds.",
  },
  wait_replicas: {
    type: "int",
    default: 0,
    about:
      "Replicas that must have a publication with history before it is acknowledged; otherwise it is reported as of unknown outcome.",
  },
  wait_replicas_timeout: { type: "duration", default: "1s", about: "The longest that the replicas are waited for." },
  sentinel_client_name: { type: "later" },
  force_resp2: { type: "later" },
  replica_client: { type: "later" },
  history_use_lists: { type: "later" },
  presence_hash_field_ttl: { type: "later" },
  presence_user_mapping: { type: "later" },
} as const;

const type = {
  type: "enum",
  of: ["memory", "redis"],
  default: "memory",
  about: "Where channels live: in this process, or in Redis, which many nodes share.",
} as const;

export const engine: { readonly type: typeof type; readonly redis: typeof redis } = { type, redis };
