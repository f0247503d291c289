/** Connections, tokens and limits of clients. */

export const token = {
  hmac_secret_key: { type: "string", default: "", secret: true, about: "Secret of HS256, HS384 and HS512 tokens." },
  hmac_previous_secret_key: {
    type: "string",
    default: "",
    secret: true,
    about: "The secret before the last rotation; still accepted.",
  },
  hmac_previous_secret_key_valid_until: {
    type: "int",
    default: 0,
    about: "Unix time in seconds after which the previous secret is refused; 0 for no end.",
  },
  rsa_public_key: { type: "string", default: "", about: "PEM public key of RS256, RS384 and RS512 tokens." },
  ecdsa_public_key: { type: "string", default: "", about: "PEM public key of ES256, ES384 and ES512 tokens." },
  eddsa_public_key: { type: "string", default: "", about: "PEM public key of EdDSA (Ed25519) tokens." },
  jwks_public_endpoint: { type: "string", default: "", about: "URL of a JSON Web Key Set; replaces the static keys." },
  audience: { type: "string", default: "", about: "Required aud claim; empty for any." },
  audience_regex: {
    type: "regex",
    default: "",
    about: "Expression that the aud claim must match; instead of audience.",
  },
  issuer: { type: "string", default: "", about: "Required iss claim; empty for any." },
  issuer_regex: { type: "regex", default: "", about: "Expression that the iss claim must match; instead of issuer." },
  user_id_claim: {
    type: "string",
    default: "",
    pattern: "^[a-zA-Z_]*$",
    expected: "letters and underscores",
    about: "Claim with the user id; empty for sub.",
  },
  insecure_skip_jwks_endpoint_safety_check: {
    type: "bool",
    default: false,
    about: "Fill the URL of the key set with anything that the expressions match. A token may then name its own keys.",
  },
} as const;

/** What only a separate key for subscription tokens has. */
const subscriptionTokenEnabled = {
  enabled: {
    type: "bool",
    default: false,
    about: "Verify subscription tokens with these keys, not with those of client.token.",
  },
} as const;
export const subscriptionToken: typeof subscriptionTokenEnabled & typeof token = {
  ...subscriptionTokenEnabled,
  ...token,
};

export const client = {
  token: {
    type: "shape",
    shape: "token",
    about: "Keys of the platform for connection tokens, and for subscription tokens unless they have their own.",
  },
  firebase: {
    project_id: {
      type: "string",
      default: "",
      about: "Also accept ID tokens of this Firebase project; empty for none.",
    },
    jwks_public_endpoint: {
      type: "string",
      default: "",
      about: "URL of the keys of these tokens; empty for that of Google.",
    },
    admin_role: {
      type: "string",
      default: "",
      about: "Custom claim role that makes an operator of whoever belongs to no tenant; empty for none.",
    },
  },
  subscription_token: { type: "shape", shape: "subscription_token", about: "Own keys for subscription tokens." },
  allowed_origins: {
    type: "strings",
    default: [],
    about: "Origins of browsers that may connect, with * for any part; empty for the same host only.",
  },
  ping_interval: { type: "duration", default: "25s", about: "How often the server pings; 0 for never." },
  pong_timeout: { type: "duration", default: "8s", about: "How long it waits for the pong." },
  expired_close_delay: { type: "duration", default: "25s", about: "Grace of a connection whose token expired." },
  expired_sub_close_delay: { type: "duration", default: "25s", about: "Grace of a subscription whose token expired." },
  stale_close_delay: {
    type: "duration",
    default: "10s",
    about: "Time in which a new connection must send its connect command.",
  },
  channel_limit: { type: "int", default: 128, about: "Subscriptions of one connection." },
  queue_max_size: {
    type: "int",
    default: 1_048_576,
    about: "Bytes queued for one connection before it is closed as slow.",
  },
  presence_update_interval: { type: "duration", default: "27s", about: "How often presence is refreshed." },
  channel_position_check_delay: {
    type: "duration",
    default: "5s",
    about: "How often a positioned channel is compared with its stream; 0 for only when events may have been lost.",
  },
  insufficient_state_spread: {
    type: "duration",
    default: "2s",
    about: "Time in which all are told who cannot be brought up to date, so that they do not all come back together.",
  },
  connection_limit: { type: "int", default: 0, about: "Connections of this node; 0 for no limit." },
  user_connection_limit: {
    type: "int",
    default: 0,
    about: "Connections of one user on all nodes together; 0 for no limit.",
  },
  connection_rate_limit: { type: "int", default: 0, about: "New connections per second on this node; 0 for no limit." },
  connect_include_server_time: { type: "bool", default: false, about: "Tell the server's time in the connect reply." },
  history_max_publication_limit: {
    type: "int",
    default: 300,
    about: "Publications in one history reply; 0 for no limit.",
  },
  recovery_max_publication_limit: {
    type: "int",
    default: 300,
    about: "Publications recovered at once; 0 for no limit.",
  },
  recovery_max_total_publications: {
    type: "int",
    default: 10_000,
    about: "Missed publications that a reconnect brings at all: what does not fit into the reply follows it.",
  },
  insecure: {
    type: "bool",
    default: false,
    about: "Accept every connection and every permission without a token. Only for development.",
  },
  insecure_skip_token_signature_verify: {
    type: "bool",
    default: false,
    about: "Believe tokens without checking their signature. Only for development.",
  },
  allow_anonymous_connect_without_token: {
    type: "bool",
    default: false,
    about: "Let clients connect without a token, as anonymous.",
  },
  disallow_anonymous_connection_tokens: { type: "bool", default: false, about: "Refuse tokens with an empty user id." },
  user_id_http_header: {
    type: "string",
    default: "",
    about: "Header in which a trusted gateway in front names the user; empty for none.",
  },
  subscribe_to_user_personal_channel: {
    enabled: { type: "bool", default: false, about: "Subscribe every user to an own channel on connect." },
    personal_channel_namespace: { type: "string", default: "", about: "Namespace of that channel; empty for none." },
    single_connection: {
      type: "bool",
      default: false,
      about: "Close a user's other connections when a new one opens.",
    },
  },
  proxy: {
    connect: {
      type: "shape",
      shape: "switchable_proxy",
      about: "Who says who a client without a token is.",
    },
    refresh: {
      type: "shape",
      shape: "switchable_proxy",
      about: "Who says whether a connection that expires may stay; clients then do not refresh by themselves.",
    },
  },
  concurrency: {
    type: "int",
    default: 0,
    about: "Commands of one client that may be at work at the same time; 0 and 1: one after the other.",
  },
  channel_position_max_time_lag: { type: "later" },
  connect_code_to_unidirectional_disconnect: {
    enabled: {
      type: "bool",
      default: false,
      about: "Choose the disconnects that unidirectional clients get for errors of their connect.",
    },
    transforms: {
      type: "list",
      item: "code_to_disconnect",
      unique: "code",
      about: "Which error code becomes which disconnect.",
    },
  },
} as const;
