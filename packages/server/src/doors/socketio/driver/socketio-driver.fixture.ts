import type { Disconnect, Frame } from "../../../hub/index.ts";
import type { TestHub } from "../../../testing.ts";
import { AskingClient } from "../../asking-client.fixture.ts";
import type { DoorContractOptions } from "../../door.contract.ts";
import {
  type ClientOptions,
  type DoorClient,
  type DoorDriver,
  type Pushed,
  type Received,
  Refusal,
  type Subscribed,
  type Wish,
} from "../../door-ground.fixture.ts";
import { PollingWire } from "./polling-wire.fixture.ts";
import { WebSocketWire } from "./websocket-wire.fixture.ts";
import { lost, type Wire } from "./wire.fixture.ts";

interface Publication {
  readonly data: unknown;
  readonly offset?: number;
}

interface Answer {
  readonly error?: { readonly code: number; readonly message: string };
  readonly recovered?: boolean;
  readonly position?: { readonly offset: number; readonly epoch: string };
  readonly publications?: readonly Publication[];
  readonly clients?: readonly { readonly user: string }[];
}

interface Event {
  readonly channel: string;
  readonly data?: unknown;
  readonly offset?: number;
  readonly info?: { readonly user: string };
  readonly code?: number;
  readonly reason?: string;
  readonly client?: string;
}

const received = ({ data, offset = 0 }: Publication): Received => ({ data, offset });

function pushesOf(name: string, event: Event): Pushed[] {
  const { channel } = event;
  if (name === "publication") return [{ type: name, channel, ...received({ data: undefined, ...event }) }];
  if (name === "join" || name === "leave") return [{ type: name, channel, user: event.info?.user ?? "" }];
  if (name === "unsubscribed") return [{ type: "unsubscribe", channel, code: event.code ?? 0 }];
  return [];
}

/** Socket.IO as a client speaks it, over any transport. */
class SocketIoClient extends AskingClient<Answer> implements DoorClient {
  readonly #wire: Wire;
  #read = 0;
  #client: string | undefined;
  #refused: Refusal | undefined;
  /** What the server said before the end. */
  #said: Disconnect | undefined;

  constructor(wire: Wire) {
    super();
    this.#wire = wire;
  }

  open(): Promise<void> {
    return this.#wire.open();
  }

  async connect(token: string): Promise<string> {
    await this.send(token === "" ? "40" : `40${JSON.stringify({ token })}`);
    const settled = (): boolean => {
      this.digest();
      return this.#client !== undefined || this.#refused !== undefined || this.ended !== undefined;
    };
    await this.until(settled, "the answer to connect");
    if (this.#refused) throw this.#refused;
    if (this.#client === undefined) throw this.refusedByEnd();
    return this.#client;
  }

  async subscribe(channel: string, { since, joinLeave }: Wish = {}): Promise<Subscribed> {
    const answer = await this.#ask("subscribe", { channel, since, joinLeave }, channel);
    const { recovered = false, position, publications = [] } = answer;
    return { recovered, publications: publications.map(received), ...(position ? { position } : {}) };
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#ask("unsubscribe", { channel });
  }

  async publish(channel: string, data: unknown): Promise<void> {
    await this.#ask("publish", { channel, data });
  }

  async presence(channel: string): Promise<string[]> {
    const { clients = [] } = await this.#ask("presence", { channel });
    return clients.map(({ user }) => user);
  }

  async history(channel: string): Promise<Received[]> {
    const { publications = [] } = await this.#ask("history", { channel, limit: -1 });
    return publications.map(received);
  }

  get ended(): Disconnect | undefined {
    this.digest();
    const { ended } = this.#wire;
    return ended === lost ? (this.#said ?? lost) : ended;
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return this.#wire.until(holds, what);
  }

  send(frame: Frame): Promise<void> {
    return this.#wire.send(frame);
  }

  cut(): void {
    this.#wire.cut();
  }

  stopReading(): void {
    this.#wire.stopReading();
  }

  readOn(): void {
    this.#wire.readOn();
  }

  #ask(event: string, request: object, subscribing?: string): Promise<Answer> {
    return this.ask(event, (id) => `42${id}${JSON.stringify([event, request])}`, subscribing);
  }

  protected override refusalIn({ error }: Answer): Refusal | undefined {
    return error && new Refusal(error.code, error.message);
  }

  protected override digest(): void {
    const { packets } = this.#wire;
    for (const packet of packets.slice(this.#read)) {
      this.#read++;
      this.#take(packet);
    }
  }

  #take(frame: string): void {
    const [, type, id, body] = /^4([0-6])(\d*)(.*)$/s.exec(frame) ?? [];
    if (type === "4") {
      const { message, data } = JSON.parse(body ?? "");
      this.#refused = new Refusal(data?.code ?? 0, message);
      this.#said = data;
    } else if (type === "3") {
      const [answer]: [Answer] = JSON.parse(body ?? "");
      this.answered(Number(id), answer);
    } else if (type === "2") {
      const [name, event]: [string, Event] = JSON.parse(body ?? "");
      if (name === "session") this.#client = event.client;
      else if (name === "disconnected") this.#said = { code: event.code ?? 0, reason: event.reason ?? "" };
      else this.pushed(event.channel, pushesOf(name, event));
    }
  }
}

const garbage = {
  "no packet": "hello",
  "an empty frame": "",
  "an unknown type of packet": "4x",
  "bytes that nobody announced": Uint8Array.of(0xc3, 0x28, 0xff),
  "half an event": '42["subscribe",{"chan',
  "an event without a name": "42[]",
  "an event that is no list": '42{"a":1}',
  "an event of the client itself": '42["connect",{}]',
  "an event with a number too many": "42-1[]",
  "an answer that is no list": '431{"a":1}',
  "a crowd of attachments": '4510000-["publish",{}]',
  "text where bytes were announced": '451-["publish",{"_placeholder":true,"num":0}]\u0000',
  "deep nesting": `42["publish",${"[".repeat(20_000)}`,
  "a second probe": "2probe",
};

/** Clients that poll and are gone without a word are noticed by this. */
const pings = { ping_interval: "1s", ping_timeout: "5s" };

const over = (Wire: new (url: string, headers: Readonly<Record<string, string>>) => Wire, rest: Rest): DoorDriver => ({
  client: ({ url }: TestHub, { origin }: ClientOptions = {}) =>
    new SocketIoClient(new Wire(url, origin === undefined ? {} : { Origin: origin })),
  garbage,
  ...rest,
});

type Rest = Pick<DoorDriver, "config" | "tooLarge">;

/** The transports of the door, by the words of a test's title. */
export const transports: Readonly<Record<string, DoorContractOptions>> = {
  "over a WebSocket": { driver: over(WebSocketWire, { config: { socketio: { enabled: true } }, tooLarge: 1009 }) },
  "over polling": {
    driver: over(PollingWire, { config: { socketio: { enabled: true, ...pings } }, tooLarge: 413 }),
    declines: {
      "Stopping a node tells its clients to come back elsewhere; with recovery on nothing is lost":
        "who is between two polls finds the node gone, and has no connection on which to be told",
    },
  },
};
