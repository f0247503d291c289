import type { Answer, BoundEndpoint, Endpoint, Listener, ListenerLimits, Route } from "../hub/ports/listener.ts";
import type { Frame, Inlet, Outlet } from "../hub/ports/outlet.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import { type Log, silentLog } from "../kit/log.ts";
import { connectRaw, type RawClient, type RawClientOptions } from "./raw-client.contract.ts";

export interface FactoryOptions extends ListenerLimits {
  readonly clock: Clock;
  readonly log: Log;
  /** A hint: treat topics with more members as large, in groups of so many. */
  readonly largeTopicMembers?: number;
  readonly laneSize?: number;
  readonly keepAliveSeconds?: number;
  /** Some upgrades compress. */
  readonly compression?: boolean;
}

export type ListenerFactory = (options: FactoryOptions) => Listener;

/** One connection as the door under test sees it. */
export class Guest implements Inlet {
  readonly outlet: Outlet;
  readonly messages: Frame[] = [];
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  overflows = 0;
  stalls = 0;
  pongs = 0;
  /** What the door does when told that the reader is too slow. */
  onOverflow: () => void = () => {};

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  message(data: Frame): void {
    this.messages.push(data);
    if (data === "echo") this.outlet.send("echo");
  }

  pong(): void {
    this.pongs++;
  }

  overflow(): void {
    this.overflows++;
    this.onOverflow();
  }

  stalled(): void {
    this.stalls++;
    this.outlet.close({ code: 3009, reason: "write error" });
  }

  closed(code: number, reason: string): void {
    this.closes.push({ code, reason });
  }
}

export interface FixtureOptions {
  readonly limits?: Partial<FactoryOptions>;
  readonly routes?: readonly Route[];
  readonly endpoint?: Partial<Endpoint>;
  readonly maxMessageBytes?: number;
}

/** A listener with one endpoint, a socket route `/socket`, a stream route `/stream` that compresses, and whatever else a test needs. */
export class Fixture {
  readonly listener: Listener;
  readonly guests: Guest[] = [];
  readonly clients: RawClient[] = [];
  #bound: BoundEndpoint | undefined;

  constructor(factory: ListenerFactory, { limits }: FixtureOptions = {}) {
    this.listener = factory({
      maxBufferedBytes: 1 << 20,
      maxConnections: 1_000,
      trustedProxies: [],
      clock: systemClock,
      log: silentLog,
      ...limits,
    });
  }

  async open({ routes = [], endpoint, maxMessageBytes = 1 << 20 }: FixtureOptions = {}): Promise<void> {
    const connect = (outlet: Outlet): Guest => this.welcome(outlet);
    const own: Route[] = [
      { method: "GET", path: "/socket", handle: (): Answer => ({ kind: "upgrade", maxMessageBytes, connect }) },
      {
        method: "GET",
        path: "/stream",
        handle: (): Answer => ({
          kind: "stream",
          headers: { "Content-Type": "text/plain", Vary: "Origin" },
          compress: true,
          connect(outlet) {
            outlet.send("welcome\n");
            return connect(outlet);
          },
        }),
      },
    ];
    this.#bound = await this.listener.open({ port: 0, routes: [...own, ...routes], ...endpoint });
  }

  welcome(outlet: Outlet): Guest {
    const guest = new Guest(outlet);
    this.guests.push(guest);
    return guest;
  }

  get bound(): BoundEndpoint {
    if (!this.#bound) throw new Error("the fixture is not open");
    return this.#bound;
  }

  get port(): number {
    return this.bound.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async client(options: Partial<RawClientOptions> = {}): Promise<RawClient> {
    const client = await connectRaw({ port: this.port, path: options.stream ? "/stream" : "/socket", ...options });
    this.clients.push(client);
    return client;
  }

  /** A client and its guest, connected and ready. */
  async pair(options: Partial<RawClientOptions> = {}): Promise<{ client: RawClient; guest: Guest }> {
    const before = this.guests.length;
    const client = await this.client(options);
    await eventually(() => this.guests.length > before, "a guest");
    const guest = this.guests[before];
    if (!guest) throw new Error("no guest");
    return { client, guest };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.stop();
    for (const client of this.clients) client.socket.destroy();
  }
}

export async function openFixture(factory: ListenerFactory, options: FixtureOptions = {}): Promise<Fixture> {
  const fixture = new Fixture(factory, options);
  await fixture.open(options);
  return fixture;
}

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Looks again in every turn of the event loop, for ten seconds at most. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await nextTurn();
  }
}
