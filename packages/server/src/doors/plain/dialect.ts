/** What a client chose to find its answer again; absent: it wants none. */
export type RequestId = string | number;

/** The fields of each request, as they are handed on. */
interface RequestFields {
  readonly auth: { readonly token: string; readonly since?: string };
  readonly ping: object;
  readonly subscribe: {
    readonly channel: string;
    readonly since?: string;
    readonly token?: string;
    readonly joins?: boolean;
  };
  readonly unsubscribe: { readonly channel: string };
  /** `data` is the text of a JSON value. */
  readonly publish: { readonly channel: string; readonly data: string };
  readonly presence: { readonly channel: string };
  readonly history: {
    readonly channel: string;
    readonly since?: string;
    readonly limit?: number;
    readonly reverse?: boolean;
  };
}

export type RequestName = keyof RequestFields;
export type Request = {
  [K in RequestName]: { readonly type: K; readonly id?: RequestId } & RequestFields[K];
}[RequestName];

/** How a field of a frame is read. `json` is taken as it is written. */
export interface Field {
  readonly type: "string" | "integer" | "boolean" | "json";
  readonly about: string;
  readonly optional?: boolean;
}

export interface RequestEntry {
  readonly about: string;
  readonly fields: Readonly<Record<string, Field>>;
}

interface Types {
  readonly string: string;
  readonly integer: number;
  readonly boolean: boolean;
  readonly json: string;
}
type NameOf<T> = { [N in keyof Types]: Types[N] extends T ? N : never }[keyof Types];
type Entry<F> = RequestEntry & {
  readonly fields: {
    readonly [K in keyof F]-?: Field & {
      readonly type: NameOf<Exclude<F[K], undefined>>;
      readonly optional?: Record<never, never> extends Pick<F, K> ? true : false;
    };
  };
};

const channel = { type: "string", about: "Name of the channel." } as const;
const since = {
  type: "string",
  about:
    "The last event that the client has, by the `id` of its frame or the `id` inside of the event; what it missed since then follows.",
  optional: true,
} as const;

/** Everything that a client may say, once: frames are read by it, and the AsyncAPI document is made of it. */
const table: { readonly [K in RequestName]: Entry<RequestFields[K]> } = {
  auth: {
    about: "Says who the client is, within the time that `welcome` names; later it renews what expires.",
    fields: { token: { type: "string", about: "A connection token." }, since },
  },
  ping: { about: "Asks for a sign of life; answered with `pong`.", fields: {} },
  subscribe: {
    about: "Events of the channel follow until `unsubscribe`.",
    fields: {
      channel,
      since,
      token: { type: "string", about: "A subscription token, where the channel needs one.", optional: true },
      joins: { type: "boolean", about: "Tell who joins and leaves.", optional: true },
    },
  },
  unsubscribe: { about: "No further events of the channel.", fields: { channel } },
  publish: {
    about: "Sends an event to the channel, where clients may.",
    fields: { channel, data: { type: "json", about: "The event." } },
  },
  presence: { about: "Asks who is in the channel.", fields: { channel } },
  history: {
    about: "Reads events of the channel.",
    fields: {
      channel,
      since,
      limit: { type: "integer", about: "How many at most; absent: as many as the server gives.", optional: true },
      reverse: { type: "boolean", about: "The newest first.", optional: true },
    },
  },
};

export const requests: Readonly<Record<RequestName, RequestEntry>> = table;
