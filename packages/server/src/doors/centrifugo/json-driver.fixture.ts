import type { Disconnect, Frame } from "../../hub/index.ts";
import { connectRaw, type RawClient } from "../../listeners/raw-client.contract.ts";
import {
  type DoorClient,
  type DoorDriver,
  type Pushed,
  type Received,
  Refusal,
  type Subscribed,
  type Wish,
} from "../door-ground.fixture.ts";

interface WirePublication {
  readonly data: unknown;
  readonly offset?: number;
}

interface WirePush {
  readonly channel: string;
  readonly pub?: WirePublication;
  readonly join?: { readonly info: { readonly user?: string } };
  readonly leave?: { readonly info: { readonly user?: string } };
  readonly unsubscribe?: { readonly code: number };
}

export interface WireReply {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly message: string };
  readonly push?: WirePush;
  readonly connect?: { readonly client: string };
  readonly subscribe?: {
    readonly recoverable?: boolean;
    readonly epoch?: string;
    readonly offset?: number;
    readonly recovered?: boolean;
    readonly publications?: readonly WirePublication[];
  };
  readonly presence?: { readonly presence: Readonly<Record<string, { readonly user?: string }>> };
  readonly history?: { readonly publications?: readonly WirePublication[] };
}

const received = ({ data, offset = 0 }: WirePublication): Received => ({ data, offset });

function pushed({ channel, pub, join, leave, unsubscribe }: WirePush): Pushed[] {
  if (pub) return [{ type: "publication", channel, ...received(pub) }];
  if (join) return [{ type: "join", channel, user: join.info.user ?? "" }];
  if (leave) return [{ type: "leave", channel, user: leave.info.user ?? "" }];
  return unsubscribe ? [{ type: "unsubscribe", channel, code: unsubscribe.code }] : [];
}

/** One format of the protocol, as a client writes and reads it. */
export interface WireForm {
  /** What the WebSocket's address says about it. */
  readonly query: string;
  write(command: Readonly<Record<string, unknown>>): Frame;
  read(frame: Frame): readonly WireReply[];
}

/** A client of the protocol over a WebSocket of which the test holds the TCP connection. */
class WireClient implements DoorClient {
  readonly #raw: RawClient;
  readonly #form: WireForm;
  readonly #pushes: Pushed[] = [];
  readonly #replies = new Map<number, WireReply>();
  /** Channels by the id of their subscribe command, until it is answered. */
  readonly #subscribing = new Map<number, string>();
  readonly #known = new Set<string>();
  #read = 0;
  #lastId = 0;

  constructor(raw: RawClient, form: WireForm) {
    this.#raw = raw;
    this.#form = form;
  }

  async connect(token: string): Promise<string> {
    const { connect } = await this.#ask({ connect: token === "" ? {} : { token } });
    return connect?.client ?? "";
  }

  async subscribe(channel: string, { since, joinLeave }: Wish = {}): Promise<Subscribed> {
    const recovery = since ? { recover: true, ...since } : {};
    this.#subscribing.set(this.#lastId + 1, channel);
    const { subscribe = {} } = await this.#ask({ subscribe: { channel, join_leave: joinLeave, ...recovery } });
    const { recoverable, epoch = "", offset = 0, recovered = false, publications = [] } = subscribe;
    return {
      recovered,
      publications: publications.map(received),
      ...(recoverable ? { position: { epoch, offset } } : {}),
    };
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#ask({ unsubscribe: { channel } });
  }

  async publish(channel: string, data: unknown): Promise<void> {
    await this.#ask({ publish: { channel, data } });
  }

  async presence(channel: string): Promise<string[]> {
    const { presence } = await this.#ask({ presence: { channel } });
    return Object.values(presence?.presence ?? {}).map(({ user = "" }) => user);
  }

  async history(channel: string): Promise<Received[]> {
    const { history } = await this.#ask({ history: { channel, limit: -1 } });
    return (history?.publications ?? []).map(received);
  }

  get pushes(): readonly Pushed[] {
    this.#digest();
    return this.#pushes;
  }

  get ended(): Disconnect | undefined {
    const { closeCode, closeReason, ended } = this.#raw;
    if (closeCode === undefined && !ended) return undefined;
    return { code: closeCode ?? 1006, reason: closeReason };
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return this.#raw.until(holds, what);
  }

  send(frame: Frame): void {
    this.#raw.send(frame);
  }

  cut(): void {
    this.#raw.socket.destroy();
  }

  stopReading(): void {
    this.#raw.socket.pause();
  }

  readOn(): void {
    this.#raw.socket.resume();
  }

  async #ask(command: Readonly<Record<string, unknown>>): Promise<WireReply> {
    const id = ++this.#lastId;
    this.send(this.#form.write({ id, ...command }));
    const [method = ""] = Object.keys(command);
    let reply: WireReply | undefined;
    await this.until(() => {
      this.#digest();
      reply = this.#replies.get(id);
      return reply !== undefined || this.ended !== undefined;
    }, `the answer to ${method}`);
    this.#replies.delete(id);
    if (!reply) throw new Refusal(this.ended?.code ?? 0, this.ended?.reason ?? "");
    if (reply.error) throw new Refusal(reply.error.code, reply.error.message);
    return reply;
  }

  /** Reads what has come since the last look. */
  #digest(): void {
    const { messages } = this.#raw;
    while (this.#read < messages.length) {
      for (const reply of this.#form.read(messages[this.#read++] ?? "")) {
        if (reply.push) this.#note(reply.push);
        else if (reply.id) this.#answer(reply.id, reply);
        else this.send(this.#form.write({}));
      }
    }
  }

  #note(push: WirePush): void {
    if (this.#known.has(push.channel)) this.#pushes.push(...pushed(push));
  }

  #answer(id: number, reply: WireReply): void {
    this.#replies.set(id, reply);
    const channel = this.#subscribing.get(id);
    if (channel !== undefined && reply.subscribe) this.#known.add(channel);
    this.#subscribing.delete(id);
  }
}

export const opens =
  (form: WireForm): DoorDriver["open"] =>
  async ({ websocketUrl }, { origin } = {}) => {
    const { port, pathname } = new URL(websocketUrl);
    const raw = await connectRaw({
      port: Number(port),
      path: pathname + form.query,
      ...(origin === undefined ? {} : { headers: { Origin: origin } }),
    });
    if (raw.status === 101) return new WireClient(raw, form);
    raw.socket.destroy();
    throw new Refusal(raw.status, raw.head);
  };

const json: WireForm = {
  query: "",
  write: (command) => JSON.stringify(command),
  read: (frame) =>
    String(frame)
      .split("\n")
      .map((line): WireReply => JSON.parse(line)),
};

export const jsonDriver: DoorDriver = {
  open: opens(json),
  tooLarge: 1009,
  garbage: {
    "no JSON": "hello",
    "half a command": '{"id":2,"subscribe":{"chan',
    "an empty frame": "",
    "an empty line": '{"id":2,"presence":{"channel":"open:a"}}\n\n',
    "bytes that are no text": Uint8Array.of(0xc3, 0x28, 0xff),
    "a number": "7",
    "a command that is null": "null",
    "a list of commands": '[{"id":2,"ping":{}}]',
    "an unknown command": '{"id":2,"dance":{}}',
    "a channel of the wrong type": '{"id":2,"subscribe":{"channel":{"name":"open:a"}}}',
    "no channel": '{"id":2,"subscribe":{}}',
    "a negative position": '{"id":2,"subscribe":{"channel":"open:a","recover":true,"offset":-1}}',
    "an id that is no number": '{"id":"two","presence":{"channel":"open:a"}}',
    "a second connect": '{"id":2,"connect":{}}',
    "deep nesting": `{"id":2,"publish":{"channel":"open:a","data":${"[".repeat(20_000)}`,
    "a crowd of pongs": "{}\n".repeat(5_000),
    "__proto__ as a command": '{"id":2,"__proto__":{"channel":"open:a"}}',
  },
};
