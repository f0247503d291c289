/** The transports of the Centrifugo door besides the WebSocket. */

import { deflate, deflateLevel, deflateMinSize, gzip } from "./compression.ts";

export const httpStream = {
  enabled: { type: "bool", default: false, about: "Serve bidirectional HTTP streaming." },
  handler_prefix: {
    type: "string",
    default: "/connection/http_stream",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
  max_request_body_size: { type: "int", default: 65_536, min: 1, about: "Largest request body in bytes." },
  compression: gzip as typeof gzip,
} as const;

export const sse = {
  enabled: { type: "bool", default: false, about: "Serve bidirectional server-sent events." },
  handler_prefix: {
    type: "string",
    default: "/connection/sse",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
  max_request_body_size: { type: "int", default: 65_536, min: 1, about: "Largest request body in bytes." },
  compression: gzip as typeof gzip,
} as const;

export const emulation = {
  handler_prefix: {
    type: "string",
    default: "/emulation",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint that takes further commands of HTTP streaming and SSE clients.",
  },
  max_request_body_size: { type: "int", default: 65_536, min: 1, about: "Largest request body in bytes." },
} as const;

export const init = {
  enabled: { type: "bool", default: false, about: "Answer requests that only warm up a connection." },
  handler_prefix: {
    type: "string",
    default: "/connection/init",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
} as const;

/** One entry of connect_code_to_http_response. */
export const codeToHttp = {
  code: { type: "int", default: 0, about: "Error or disconnect code of a refused credential." },
  to: {
    status_code: { type: "int", default: 403, min: 400, max: 599, about: "HTTP status of the answer." },
    body: { type: "string", default: "", about: "Its body." },
  },
} as const;

/** One entry of client.connect_code_to_unidirectional_disconnect. */
export const codeToDisconnect = {
  code: { type: "int", default: 0, about: "Error code of a connect." },
  to: {
    code: { type: "int", default: 0, about: "Code of the disconnect." },
    reason: { type: "string", default: "", about: "Its reason." },
  },
} as const;

const codeToResponse = {
  enabled: {
    type: "bool",
    default: false,
    about: "Answer a refused credential with an HTTP status in place of a stream that ends.",
  },
  transforms: { type: "list", item: "code_to_http", unique: "code", about: "Which code becomes which answer." },
} as const;

export const uniHttpStream = {
  enabled: { type: "bool", default: false, about: "Serve unidirectional HTTP streaming." },
  handler_prefix: {
    type: "string",
    default: "/connection/uni_http_stream",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
  max_request_body_size: { type: "int", default: 65_536, min: 1, about: "Largest request body in bytes." },
  compression: gzip as typeof gzip,
  connect_code_to_http_response: codeToResponse as typeof codeToResponse,
} as const;

export const uniSse = {
  enabled: { type: "bool", default: false, about: "Serve unidirectional server-sent events." },
  handler_prefix: {
    type: "string",
    default: "/connection/uni_sse",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
  max_request_body_size: { type: "int", default: 65_536, min: 1, about: "Largest request body in bytes." },
  compression: gzip as typeof gzip,
  connect_code_to_http_response: codeToResponse as typeof codeToResponse,
} as const;

export const uniWebsocket = {
  enabled: { type: "bool", default: false, about: "Serve unidirectional WebSockets." },
  handler_prefix: {
    type: "string",
    default: "/connection/uni_websocket",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
  message_size_limit: { type: "int", default: 65_536, about: "Largest connect request in bytes." },
  compression: deflate as typeof deflate,
  compression_min_size: deflateMinSize as typeof deflateMinSize,
  compression_level: deflateLevel as typeof deflateLevel,
  disable_disconnect_push: {
    type: "bool",
    default: false,
    about: "Say why a connection ends only in the close frame.",
  },
  read_buffer_size: { type: "later" },
  use_write_buffer_pool: { type: "later" },
  write_buffer_size: { type: "later" },
  write_timeout: { type: "duration", default: "1s", about: "As websocket.write_timeout; the longer one counts." },
  decompressed_message_size_limit: { type: "later" },
  disable_closing_handshake: { type: "later" },
  join_push_messages: { type: "later" },
} as const;

export const plainWebsocket = {
  enabled: { type: "bool", default: true, about: "Serve plain JSON over WebSocket." },
  handler_prefix: {
    type: "string",
    default: "/ws",
    pattern: "^/",
    expected: 'a path that starts with "/"',
    about: "Path of the endpoint.",
  },
  bare_paths: {
    type: "strings",
    default: ["/", "/connection/websocket"],
    about:
      "Paths where a WebSocket that brings a token in its handshake gets bare events; others may have the same paths.",
  },
  message_size_limit: { type: "int", default: 16_384, min: 1, about: "Largest message of a client in bytes." },
  message_rate_limit: {
    type: "int",
    default: 50,
    about: "Messages of one connection per second, twice as many at once; 0 for no limit.",
  },
  user_connection_limit: {
    type: "int",
    default: 10,
    about: "Connections of one user on all nodes together, for who comes in here; 0 for no limit.",
  },
  expired_close_delay: { type: "duration", default: "30s", about: "Grace of a connection whose token expired." },
  pong_timeout: {
    type: "duration",
    default: "50s",
    about: "How long a client may stay silent after a WebSocket ping; together with `client.ping_interval` 75 seconds.",
  },
  roles: { type: "strings", default: [], about: "Who has none of these roles is sent away; empty for everybody." },
  channel: { type: "string", default: "", about: "Channel that everybody gets who comes in here; empty for none." },
} as const;
