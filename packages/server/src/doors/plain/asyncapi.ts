import { type Field, type RequestEntry, type RequestName, requests } from "./dialect.ts";

type Schema = Readonly<Record<string, unknown>>;

const text = (description: string): Schema => ({ type: "string", description });
const number = (description: string): Schema => ({ type: "integer", description });

const id: Schema = {
  description: "Chosen by the client; the answer has the same. Without one only errors are answered.",
  oneOf: [{ type: "number" }, { type: "string", maxLength: 64 }],
};
const channel = text("Name of the channel.");
const lastEventId = text("Where the client stands now: what it gives as `since` later.");
const from: Schema = {
  type: "object",
  description: "The client that published; absent when a back end did.",
  properties: { user: { type: "string" }, client: { type: "string" } },
};

interface AnswerEntry {
  readonly about: string;
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Schema>>;
}

const event: AnswerEntry = {
  about: "An event of a channel.",
  required: ["channel", "event"],
  fields: {
    channel,
    id: text("Its place in the channel; absent in a channel without history."),
    event: { description: "As it was published." },
    from,
    tags: { type: "object", additionalProperties: { type: "string" } },
    publishedIn: text("Where it was published, when that is another channel."),
  },
};

/** Everything that the server says. */
const answers: Readonly<Record<string, AnswerEntry>> = {
  welcome: {
    about: "The first frame of every connection.",
    required: ["message", "serverTime", "authTimeoutMs"],
    fields: {
      message: { type: "string" },
      serverTime: { type: "string", format: "date-time" },
      authTimeoutMs: number("Time in which auth has to come."),
    },
  },
  auth_success: {
    about: "The client is in, or goes on.",
    required: ["userId", "role", "client"],
    fields: {
      id,
      userId: { type: "string" },
      role: { type: ["string", "null"] },
      client: text("Id of this connection."),
      expiresAt: { type: "string", format: "date-time", description: "End of the token." },
      lastEventId,
    },
  },
  auth_error: {
    about: "The client is not, or no longer, let in. The connection ends, unless there is a grace.",
    required: ["code", "message"],
    fields: {
      code: { enum: ["AUTH_REQUIRED", "AUTH_TIMEOUT", "INVALID_TOKEN", "TOKEN_EXPIRED", "TOKEN_REVOKED", "FORBIDDEN"] },
      message: { type: "string" },
      graceMs: number("Time in which another auth is taken."),
    },
  },
  event,
  event_gap: {
    about: "More was missed than can be had: load the state anew and go on from here.",
    required: ["channel"],
    fields: { channel, lastEventId },
  },
  ok: {
    about: "What was asked is done.",
    required: ["id"],
    fields: {
      id,
      channel,
      lastEventId,
      recovered: { type: "boolean", description: "Of subscribe with since: everything that was missed follows." },
      eventId: text("Of publish: the id of the event."),
      clients: { type: "array", items: from, description: "Of presence." },
      events: { type: "array", items: { $ref: "#/components/schemas/event" }, description: "Of history." },
    },
  },
  error: {
    about: "What was asked is not done; the connection stays unless the frame was no JSON.",
    required: ["code", "message"],
    fields: { id, code: number("As in the table of errors."), message: { type: "string" }, temporary: { const: true } },
  },
  pong: { about: "Answer to ping.", required: [], fields: { id } },
  join: {
    about: "Somebody subscribed.",
    required: ["channel", "user", "client"],
    fields: { channel, ...properties(from) },
  },
  leave: { about: "Somebody left.", required: ["channel", "user", "client"], fields: { channel, ...properties(from) } },
  subscribed: {
    about: "The server gave a subscription.",
    required: ["channel"],
    fields: { channel, lastEventId },
  },
  unsubscribed: {
    about: "The server ended a subscription; from code 2500 on subscribe again.",
    required: ["channel", "code", "reason"],
    fields: { channel, code: { type: "integer" }, reason: { type: "string" } },
  },
  message: { about: "Data for this client alone.", required: ["data"], fields: { data: {} } },
  refreshed: {
    about: "The server prolonged the connection.",
    required: [],
    fields: { expiresInSeconds: { type: "integer" } },
  },
  disconnect: {
    about: "Why the connection ends, where the credential is not the reason.",
    required: ["code", "reason", "reconnect"],
    fields: { code: { type: "integer" }, reason: { type: "string" }, reconnect: { type: "boolean" } },
  },
};

function properties({ properties: own }: Schema): Readonly<Record<string, Schema>> {
  return own as Readonly<Record<string, Schema>>;
}

const typed = (name: string, required: readonly string[], fields: Schema): Schema => ({
  type: "object",
  required: ["type", ...required],
  properties: { type: { const: name }, ...fields },
});

function requestSchema(name: RequestName, { fields }: RequestEntry): Schema {
  const entries = Object.entries(fields);
  const schemaOf = ({ type, about: description }: Field): Schema =>
    type === "json" ? { description } : { type, description };
  return typed(
    name,
    entries.flatMap(([field, { optional }]) => (optional ? [] : [field])),
    { id, ...Object.fromEntries(entries.map(([field, entry]) => [field, schemaOf(entry)])) },
  );
}

/** The AsyncAPI 3 document of the door. */
export function describePlainDoor({ path, version }: { readonly path: string; readonly version: string }): object {
  const said = Object.entries(requests) as [RequestName, RequestEntry][];
  const heard = Object.entries(answers);
  const message = (name: string, summary: string): Schema => ({
    name,
    summary,
    payload: { $ref: `#/components/schemas/${name}` },
  });
  const ref = (name: string): Schema => ({ $ref: `#/channels/plain/messages/${name}` });
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Altavoz plain WebSocket",
      version,
      description: "JSON in WebSocket text frames. The first frame of a client is auth.",
    },
    defaultContentType: "application/json",
    servers: { hub: { host: "localhost:8000", protocol: "ws" } },
    channels: {
      plain: {
        address: path,
        messages: Object.fromEntries([...said, ...heard].map(([name, { about }]) => [name, message(name, about)])),
      },
    },
    operations: {
      say: { action: "receive", channel: { $ref: "#/channels/plain" }, messages: said.map(([name]) => ref(name)) },
      hear: { action: "send", channel: { $ref: "#/channels/plain" }, messages: heard.map(([name]) => ref(name)) },
    },
    components: {
      schemas: Object.fromEntries([
        ...said.map(([name, entry]) => [name, requestSchema(name, entry)] as const),
        ...heard.map(([name, { required, fields }]) => [name, typed(name, required, fields)] as const),
      ]),
    },
  };
}
