/** Backends of the application that are asked over HTTP. */

export const statusTransform = {
  status_code: { type: "int", default: 0, min: 100, max: 599, about: "The HTTP status of the backend." },
  to_error: {
    code: { type: "int", default: 0, max: 1999, about: "Error code for the client, 400 to 1999; 0 for no error." },
    message: { type: "string", default: "", about: "Its text." },
    temporary: { type: "bool", default: false, about: "The client may try the same again." },
  },
  to_disconnect: {
    code: { type: "int", default: 0, max: 4999, about: "Disconnect code, 4000 to 4999; 0 for none." },
    reason: { type: "string", default: "", about: "Its reason, at most 123 bytes." },
  },
} as const;

const backend = {
  endpoint: {
    type: "string",
    default: "",
    pattern: "^(https?://.+)?$",
    expected: "an http:// or https:// address",
    about: "Where questions are posted.",
  },
  timeout: { type: "duration", default: "1s", about: "The longest that a question may take." },
  http_headers: {
    type: "strings",
    default: [],
    about: "Headers of the client's request that are passed on, such as Cookie or Authorization.",
  },
  emulated_headers: {
    type: "strings",
    default: [],
    about: "Headers that clients may state in the connect command, for want of a way to set real ones.",
  },
  binary_encoding: { type: "bool", default: false, about: "Send payloads as base64, in b64data." },
  include_connection_meta: { type: "bool", default: false, about: "Tell the meta of the connection." },
  max_response_size: { type: "int", default: 1_048_576, min: 1, about: "Largest answer in bytes." },
  max_concurrency: {
    type: "int",
    default: 256,
    min: 1,
    about: "Questions of this node at the same time; eight times as many wait, more are refused.",
  },
  circuit_breaker: {
    failures: {
      type: "int",
      default: 10,
      about: "So many failures one after the other, and the backend is left alone for a while; 0 for never.",
    },
    open_for: { type: "duration", default: "5s", about: "How long, before one question probes whether it is back." },
  },
  http: {
    static_headers: { type: "map", default: {}, secret: true, about: "Headers of every question." },
    status_to_code_transforms: {
      type: "list",
      item: "status_transform",
      unique: "status_code",
      about: "What an HTTP status other than 200 means to the client; without one, an internal error.",
    },
    tls: {
      enabled: { type: "bool", default: false, about: "Use the following." },
      cert_pem: { type: "string", default: "", about: "Own certificate, as PEM text or the path of a file." },
      key_pem: { type: "string", default: "", secret: true, about: "Its private key, as PEM text or a path." },
      server_ca_pem: {
        type: "string",
        default: "",
        about: "Authority of the backend's certificate, as PEM text or a path.",
      },
      server_name: { type: "string", default: "", about: "Name in the backend's certificate; empty for the host." },
      insecure_skip_verify: { type: "bool", default: false, about: "Believe any certificate. Only for development." },
      client_ca_pem: { type: "later" },
    },
  },
  grpc_metadata: { type: "later" },
  grpc: { type: "later" },
} as const;

const switchable = {
  enabled: { type: "bool", default: false, about: "Ask this backend." },
} as const;

const named = {
  name: {
    type: "string",
    default: "",
    pattern: "^[-a-zA-Z0-9_.]{2,}$",
    expected: "a name: two or more of a-z A-Z 0-9 _ . -",
    about: "What the *_proxy_name options call it.",
  },
} as const;

export const proxy: typeof backend = backend;
export const switchableProxy: typeof switchable & typeof backend = { ...switchable, ...backend };
export const namedProxy: typeof named & typeof backend = { ...named, ...backend };

const rpcOptions = {
  proxy_enabled: { type: "bool", default: false, about: "Let a backend answer these methods." },
  proxy_name: { type: "string", default: "default", about: "Which one: default for rpc.proxy, or one of proxies." },
} as const;

const rpcNamespaceName = {
  name: {
    type: "string",
    default: "",
    pattern: "^[-a-zA-Z0-9_.]{2,}$",
    expected: "a namespace name: two or more of a-z A-Z 0-9 _ . -",
    about: "What method names say before the namespace boundary.",
  },
} as const;
export const rpcNamespace: typeof rpcNamespaceName & typeof rpcOptions = { ...rpcNamespaceName, ...rpcOptions };

const rpcParts = {
  ping: {
    enabled: { type: "bool", default: false, about: "Answer a built-in RPC method, to measure round trips." },
    method: { type: "string", default: "ping", about: "Its name." },
  },
  proxy: { type: "shape", shape: "proxy", about: "Who answers RPC unless a proxy_name says otherwise." },
  namespaces: {
    type: "list",
    item: "rpc_namespace",
    unique: "name",
    about: "Who answers the methods of a namespace.",
  },
  namespace_boundary: {
    type: "string",
    default: ":",
    pattern: ".",
    expected: "at least one character",
    about: "What ends the namespace in a method name.",
  },
} as const;
export const rpc: typeof rpcParts & { readonly without_namespace: typeof rpcOptions } = {
  ...rpcParts,
  without_namespace: rpcOptions,
};
