import type { Namespace } from "../values/namespace.ts";
import type { Payload, Tags } from "../values/publication.ts";
import type { SubscribeGrant } from "../values/subscription.ts";
import type { Capabilities, Labels } from "./identity.ts";

/** The connection on whose behalf the application is asked. No answer can change who it is. */
export interface Asker {
  /** Whose connection it is; while it connects nobody knows yet, and this is the default tenant. */
  readonly tenant: string;
  /** Empty: anonymous. */
  readonly user: string;
  readonly client: string;
  readonly transport: string;
  /** Id of the wire format that the client speaks. */
  readonly format: string;
  /** A JSON object that only the server sees. */
  readonly meta?: string;
  readonly labels?: Labels;
  /** Headers of the request that opened the connection, as far as they were asked for; names in lower case. */
  readonly requestHeaders: ReadonlyMap<string, string>;
  /** What the client says are its headers, for want of a way to set real ones; names in lower case. */
  readonly emulatedHeaders: ReadonlyMap<string, string>;
}

export interface ConnectQuestion {
  readonly asker: Asker;
  /** Name and version of the client's software. */
  readonly name: string;
  readonly version: string;
  readonly data?: Payload;
  /** Server-side subscriptions that the client remembers: a hint. */
  readonly channels: readonly string[];
}

/** Who the application says it is. Times in seconds since the Unix epoch; 0 means never. */
export interface ConnectAnswer {
  /** Empty: anonymous. */
  readonly user: string;
  /** Absent: the default tenant. Checked against the directory. */
  readonly tenant?: string;
  readonly expireAt: number;
  readonly info?: Payload;
  /** Handed to the client with the connect reply. */
  readonly data?: Payload;
  readonly meta?: string;
  readonly capabilities?: Capabilities;
  readonly labels?: Labels;
  readonly subscriptions: ReadonlyMap<string, SubscribeGrant>;
}

export interface RefreshQuestion {
  readonly asker: Asker;
}

/** What is absent stays as it is. */
export interface RefreshAnswer {
  readonly expired: boolean;
  readonly expireAt: number;
  readonly info?: Payload;
  readonly meta?: string;
  readonly capabilities?: Capabilities;
}

export interface SubscribeQuestion {
  readonly asker: Asker;
  readonly channel: string;
  readonly namespace: Namespace;
  readonly data?: Payload;
}

export interface SubRefreshQuestion {
  readonly asker: Asker;
  readonly channel: string;
  readonly namespace: Namespace;
}

export interface SubRefreshAnswer {
  readonly expired: boolean;
  readonly expireAt: number;
  readonly info?: Payload;
}

export interface PublishQuestion {
  readonly asker: Asker;
  readonly channel: string;
  readonly namespace: Namespace;
  readonly data: Payload;
}

/** Permission to publish, and what is published in place of what the client sent. */
export interface PublishAnswer {
  readonly data?: Payload;
  readonly tags?: Tags;
  readonly skipHistory?: boolean;
  readonly idempotencyKey?: string;
  readonly version?: number;
  readonly versionEpoch?: string;
  readonly delta?: boolean;
}

export interface RpcQuestion {
  readonly asker: Asker;
  readonly method: string;
  readonly data: Payload;
}

/**
 * A plain `undefined` means that nobody is asked here, and the hub goes by its other rules. A promise means that
 * somebody is asked; when it resolves to `undefined` the question was not answered, which grants nothing.
 */
export type Asked<Answer> = Promise<Answer | undefined> | undefined;

/**
 * The questions that the hub asks the application, which may leave any of them out.
 *
 * Promise: an answer comes or fails within a limited time; it fails only with `HubError` or `DisconnectError`, whose
 * texts the client may read.
 */
export interface Application {
  /** Who is this? Asked when a client brings no token. */
  connect?(question: ConnectQuestion): Asked<ConnectAnswer>;
  /** May it stay? Whoever has this is asked before a connection expires, and clients do not refresh by themselves. */
  refresh?(question: RefreshQuestion): Asked<RefreshAnswer>;
  /** May it read? */
  subscribe?(question: SubscribeQuestion): Asked<SubscribeGrant>;
  /** Whether `subRefresh` is asked before subscriptions in this namespace expire. */
  refreshesIn?(namespace: Namespace): boolean;
  /** May it go on reading? */
  subRefresh?(question: SubRefreshQuestion): Asked<SubRefreshAnswer>;
  /** May it publish, and what? */
  publish?(question: PublishQuestion): Asked<PublishAnswer>;
  /** The answer to a client's own question. Without this no method is offered at all. */
  rpc?(question: RpcQuestion): Asked<Payload>;
}
