import type { Disconnect, Frame, Position } from "../hub/index.ts";
import { startTestHub, type TestHub } from "../testing.ts";

/** How a member of the family is spoken to: its protocol in the words of the hub. Given by the member's test. */
export interface DoorDriver {
  /** Sections of the configuration that the door needs. */
  readonly config?: Section;
  /** A client that has not reached for the server yet. */
  client(server: TestHub, options?: ClientOptions): DoorClient;
  /** Frames that are not of the protocol or ask for the impossible, each by what is wrong with it. */
  readonly garbage: Readonly<Record<string, Frame>>;
  /** What a client hears whose message is over the limit of its transport: why its connection ends, or an HTTP status. */
  readonly tooLarge: number;
}

export interface ClientOptions {
  /** What a browser says about the page. */
  readonly origin?: string;
}

/**
 * One client on a real socket. Calls leave at once, in call order, without waiting for earlier answers; each resolves
 * with its answer, or rejects with a `Refusal` when the door says no or ends the connection.
 */
export interface DoorClient {
  /**
   * Opens the connection and says who the client is, in one step where the transport has it so; an empty token is none.
   * Resolves with the client's id; a door that does not even let it in makes a `Refusal` of the HTTP status.
   */
  connect(token: string): Promise<string>;
  /** Absent: whoever opens a connection has to say something. Opens it and says nothing; rejects as `connect`. */
  readonly open?: () => Promise<void>;
  subscribe(channel: string, wish?: Wish): Promise<Subscribed>;
  unsubscribe(channel: string): Promise<void>;
  publish(channel: string, data: unknown): Promise<void>;
  /** Absent: the protocol does not ask who is there. Resolves with the users. */
  presence?(channel: string): Promise<readonly string[]>;
  /** Absent: the protocol does not read history. Resolves with all of it. */
  history?(channel: string): Promise<readonly Received[]>;
  /**
   * Everything that came unasked, in the order in which it came; without what came before the answer to `subscribe`,
   * because a client has nobody yet to give that to.
   */
  readonly pushes: readonly Pushed[];
  /** Why the server ended the connection, in the hub's codes; `undefined` while it has not. */
  readonly ended: Disconnect | undefined;
  /** Resolves as soon as `holds` does; rejects when that takes too long. */
  until(holds: () => boolean, what: string): Promise<void>;
  /** Sends a frame as it is, the first one to open the connection. Resolves when it has left; rejects as `connect`. */
  send(frame: Frame): Promise<void>;
  /** The connection breaks without a goodbye. */
  cut(): void;
  stopReading(): void;
  readOn(): void;
}

export interface Wish {
  /** The client comes back and stands there. */
  readonly since?: Position;
  readonly joinLeave?: boolean;
}

export interface Subscribed {
  /** Where the subscriber stands; absent in a channel without recovery. */
  readonly position?: Position;
  /** The answer to `since`; false when it did not ask. */
  readonly recovered: boolean;
  readonly publications: readonly Received[];
}

export interface Received {
  readonly data: unknown;
  /** 0 in a channel without history. */
  readonly offset: number;
}

export type Pushed =
  | (Received & { readonly type: "publication"; readonly channel: string })
  | { readonly type: "join" | "leave"; readonly channel: string; readonly user: string }
  | { readonly type: "unsubscribe"; readonly channel: string; readonly code: number };

/** The door said no. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }
}

/** More than any test publishes into a channel. */
const KEPT = 10_000;
/** Namespaces of every test: `open:` in which users may do everything, `short:` that keeps five, `plain:` that keeps none. */
const everything = {
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  allow_presence_for_client: true,
  allow_history_for_client: true,
  presence: true,
  join_leave: true,
};
const recovering = { ...everything, history_ttl: "10m", force_recovery: true };
const namespaces = [
  { ...recovering, name: "open", history_size: KEPT },
  { ...recovering, name: "short", history_size: 5 },
  { ...everything, name: "plain" },
  { name: "closed" },
];

type Section = Readonly<Record<string, unknown>>;

export interface Config {
  readonly client?: Section;
  readonly tenancy?: Section;
  readonly websocket?: Section;
  readonly schemas?: readonly Section[];
}

export interface Ground {
  readonly driver: DoorDriver;
  /** A server of its own for the test; `config` are sections of its configuration. */
  start(config?: Config): Promise<TestHub>;
  /** A client that has not reached for the server yet. */
  client(server: TestHub, options?: ClientOptions): DoorClient;
  /** A connected client. */
  join(server: TestHub, user: string, tenant?: string): Promise<DoorClient>;
  close(): Promise<void>;
}

export function createGround(driver: DoorDriver): Ground {
  const servers: TestHub[] = [];
  const clients: DoorClient[] = [];
  const ground: Ground = {
    driver,
    async start({ client = {}, ...sections } = {}) {
      const ample = { history_max_publication_limit: KEPT, recovery_max_publication_limit: KEPT };
      const config = { ...driver.config, channel: { namespaces }, client: { ...ample, ...client }, ...sections };
      const server = await startTestHub({ config });
      servers.push(server);
      return server;
    },
    client(server, options) {
      const client = driver.client(server, options);
      clients.push(client);
      return client;
    },
    async join(server, user, tenant) {
      const token = await server.token({ user, ...(tenant ? { tenant } : {}) });
      const client = ground.client(server);
      await client.connect(token);
      return client;
    },
    async close() {
      for (const client of clients) client.cut();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
  return ground;
}

/** A subscriber that remembers what it has received, as an application would, and where it stands. */
export interface Follower {
  readonly received: readonly Received[];
  readonly client: DoorClient;
  /** What the server said when it came back last: did it get everything? */
  readonly recovered: boolean;
  /** Where the stream began for it. */
  readonly began: number;
  /** Loses its connection and comes back. */
  comeBack(server: TestHub): Promise<void>;
  /** Resolves when it has received `count` publications in all. */
  has(count: number): Promise<void>;
}

export async function follow(
  ground: Ground,
  server: TestHub,
  { user = "reader", channel }: { user?: string; channel: string },
): Promise<Follower> {
  let client = await ground.join(server, user);
  let first = await client.subscribe(channel);
  const before: Received[] = [];
  let position = first.position ?? { offset: 0, epoch: "" };
  const began = position.offset;
  const received = (): Received[] => [
    ...before,
    ...client.pushes.filter((push) => push.type === "publication" && push.channel === channel).map(asReceived),
  ];
  return {
    began,
    get client() {
      return client;
    },
    get received() {
      return received();
    },
    get recovered() {
      return first.recovered;
    },
    async comeBack(to) {
      client.cut();
      before.splice(0, Infinity, ...received());
      position = { epoch: position.epoch, offset: before.at(-1)?.offset ?? position.offset };
      client = await ground.join(to, user);
      first = await client.subscribe(channel, { since: position });
      position = first.position ?? position;
      before.push(...first.publications);
    },
    has: (count) => client.until(() => received().length >= count, `${count} publications`),
  };
}

const asReceived = (push: Pushed): Received =>
  push.type === "publication" ? { data: push.data, offset: push.offset } : { data: undefined, offset: 0 };
