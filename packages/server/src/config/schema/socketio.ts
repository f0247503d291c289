/** The Socket.IO door. */
export const socketio = {
  enabled: { type: "bool", default: false, about: "Serve the Socket.IO protocol to official v4 clients." },
  handler_prefix: {
    type: "string",
    default: "/socket.io",
    pattern: "^/.*[^/]$",
    expected: 'a path that starts with "/" and does not end with it',
    about: "Path of the endpoint.",
  },
  websocket_only: {
    type: "bool",
    default: false,
    about: "Take no polling clients; then nothing has to keep a client on one node.",
  },
  ping_interval: { type: "duration", default: "25s", about: "How often a client is asked for a sign of life." },
  ping_timeout: { type: "duration", default: "20s", about: "How long it may take to answer." },
  message_size_limit: {
    type: "int",
    default: 65_536,
    min: 1,
    about: "Largest message of a client, and largest body of a polling request, in bytes.",
  },
  cookie: {
    type: "string",
    default: "",
    about: "Name of a cookie with the id of the connection, for proxies that keep a polling client on one node.",
  },
} as const;
