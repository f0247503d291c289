/** Channel names and the options of namespaces. */

export const channelOptions = {
  presence: { type: "bool", default: false, about: "Keep who is subscribed." },
  join_leave: { type: "bool", default: false, about: "Send joins and leaves to those who ask for them." },
  force_push_join_leave: { type: "bool", default: false, about: "Send joins and leaves to every subscriber." },
  history_size: { type: "int", default: 0, about: "Publications kept; needs history_ttl." },
  history_ttl: { type: "duration", default: "0s", about: "How long they are kept; needs history_size." },
  history_meta_ttl: {
    type: "duration",
    default: "0s",
    about: "How long offset and epoch outlive them; 0 for channel.history_meta_ttl.",
  },
  force_positioning: { type: "bool", default: false, about: "Check the position of every subscriber." },
  allow_positioning: { type: "bool", default: false, about: "Let clients ask for positioning." },
  force_recovery: { type: "bool", default: false, about: "Recover every subscription after a reconnect." },
  allow_recovery: { type: "bool", default: false, about: "Let clients ask for recovery." },
  force_recovery_mode: {
    type: "enum",
    of: ["stream", "cache"],
    default: "stream",
    about: "Recover all missed publications, or only the latest.",
  },
  auto_cache_recover: {
    type: "bool",
    default: false,
    about: "In cache mode, send the latest publication on the first subscribe too.",
  },
  allow_subscribe_for_client: {
    type: "bool",
    default: false,
    about: "Users may subscribe without a subscription token.",
  },
  allow_subscribe_for_anonymous: { type: "bool", default: false, about: "Anonymous users too." },
  allow_publish_for_client: { type: "bool", default: false, about: "Users may publish." },
  allow_publish_for_subscriber: { type: "bool", default: false, about: "Subscribers may publish." },
  allow_publish_for_anonymous: { type: "bool", default: false, about: "Anonymous users too." },
  allow_presence_for_client: { type: "bool", default: false, about: "Users may read presence." },
  allow_presence_for_subscriber: { type: "bool", default: false, about: "Subscribers may read presence." },
  allow_presence_for_anonymous: { type: "bool", default: false, about: "Anonymous users too." },
  allow_history_for_client: { type: "bool", default: false, about: "Users may read history." },
  allow_history_for_subscriber: { type: "bool", default: false, about: "Subscribers may read history." },
  allow_history_for_anonymous: { type: "bool", default: false, about: "Anonymous users too." },
  allow_user_limited_channels: {
    type: "bool",
    default: false,
    about: "Users may subscribe to channels that name them after the user boundary.",
  },
  channel_regex: {
    type: "regex",
    default: "",
    about: "Expression that the name after the namespace must match when a client asks.",
  },
  publication_data_format: {
    type: "enum",
    of: ["", "json", "json_object", "binary"],
    default: "",
    about: "What publications must be; empty for channel.publication_data_format.",
  },
  require_publication_schema: {
    type: "bool",
    default: false,
    about: "Refuse publications into channels for which no schema is known.",
  },
  allowed_delta_types: {
    type: "strings",
    default: [],
    of: ["fossil"],
    about: "Delta formats that subscribers may ask for: fossil.",
  },
  delta_publish: { type: "bool", default: false, about: "Send every publication as a delta to those who asked." },
  allow_tags_filter: { type: "bool", default: false, about: "Let clients filter publications by tags." },
  allow_channel_compaction: {
    type: "bool",
    default: false,
    about: "Send numbers in place of channel names to clients that can read them.",
  },
  exclude_publisher: { type: "bool", default: false, about: "Do not send a client what it published itself." },
  batch_max_size: {
    type: "int",
    default: 0,
    about: "Publications that leave together at most; needs batch_max_delay.",
  },
  batch_max_delay: {
    type: "duration",
    default: "0s",
    about: "How long publications wait to leave together, in steps of 50ms; 0 for at once.",
  },
  batch_flush_latest: {
    type: "bool",
    default: false,
    about:
      "Of publications that would leave together send only the last one; all of them while a subscriber has a filter or publishers are left out.",
  },
  map_clients_presence_channel_prefix: { type: "later" },
  map_users_presence_channel_prefix: { type: "later" },
  subscribe_proxy_enabled: { type: "bool", default: false, about: "Ask a backend whether a client may subscribe." },
  subscribe_proxy_name: {
    type: "string",
    default: "default",
    about: "Which one: default for channel.proxy.subscribe, or one of proxies.",
  },
  publish_proxy_enabled: { type: "bool", default: false, about: "Ask a backend who may publish, and what." },
  publish_proxy_name: {
    type: "string",
    default: "default",
    about: "Which one: default for channel.proxy.publish, or one of proxies.",
  },
  sub_refresh_proxy_enabled: { type: "bool", default: false, about: "Ask a backend to prolong subscriptions." },
  sub_refresh_proxy_name: {
    type: "string",
    default: "default",
    about: "Which one: default for channel.proxy.sub_refresh, or one of proxies.",
  },
  subscribe_stream_proxy_enabled: { type: "later" },
  subscribe_stream_proxy_name: { type: "later" },
  subscribe_stream_proxy_bidirectional: { type: "later" },
  subscription_type: { type: "later" },
  map: { type: "later" },
  shared_poll: { type: "later" },
} as const;

const namespaceName = {
  name: {
    type: "string",
    default: "",
    pattern: "^[-a-zA-Z0-9_.]{2,}$",
    expected: "a namespace name: two or more of a-z A-Z 0-9 _ . -",
    about: "What channel names say before the namespace boundary.",
  },
} as const;
export const namespace: typeof namespaceName & typeof channelOptions = { ...namespaceName, ...channelOptions };

export const channel = {
  without_namespace: {
    type: "shape",
    shape: "channel_options",
    about: "Options of channels whose name has no namespace.",
  },
  namespaces: { type: "list", item: "namespace", unique: "name", about: "Namespaces that every tenant has." },
  history_meta_ttl: {
    type: "duration",
    default: "720h",
    about: "How long offset and epoch of a stream outlive its publications.",
  },
  publication_data_format: {
    type: "enum",
    of: ["", "json", "json_object", "binary"],
    default: "",
    about: "What publications must be; empty for anything.",
  },
  max_length: { type: "int", default: 255, min: 1, about: "Longest channel name in bytes." },
  private_prefix: {
    type: "string",
    default: "$",
    about: "First character of channels that always need a subscription token.",
  },
  namespace_boundary: {
    type: "string",
    default: ":",
    pattern: ".",
    expected: "at least one character",
    about: "What ends the namespace in a channel name.",
  },
  user_boundary: {
    type: "string",
    default: "#",
    pattern: ".",
    expected: "at least one character",
    about: "What begins the user ids in a user-limited channel name.",
  },
  user_separator: {
    type: "string",
    default: ",",
    pattern: ".",
    expected: "at least one character",
    about: "What separates them.",
  },
  system_roles: { type: "strings", default: [], about: "Roles whose users may read system: channels." },
  proxy: {
    subscribe: { type: "shape", shape: "proxy", about: "Who allows subscriptions unless a proxy_name says otherwise." },
    publish: { type: "shape", shape: "proxy", about: "Who allows publications unless a proxy_name says otherwise." },
    sub_refresh: {
      type: "shape",
      shape: "proxy",
      about: "Who prolongs subscriptions unless a proxy_name says otherwise.",
    },
    subscribe_stream: { type: "later" },
    map_publish: { type: "later" },
    map_remove: { type: "later" },
    shared_poll_refresh: { type: "later" },
  },
} as const;
