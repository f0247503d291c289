import { type Disconnect, disconnects, errors, type Frame, type Position } from "../../../hub/index.ts";
import { connectRaw, type RawClient } from "../../../listeners/raw-client.contract.ts";
import type { TestHub } from "../../../testing.ts";
import { AskingClient } from "../../asking-client.fixture.ts";
import {
  type ClientOptions,
  type DoorClient,
  type Pushed,
  type Received,
  Refusal,
  type Subscribed,
  type Wish,
} from "../../door-ground.fixture.ts";

/** Any frame of the server. */
export interface PlainFrame {
  readonly type: string;
  readonly id?: string | number;
  readonly channel?: string;
  readonly event?: unknown;
  readonly events?: readonly PlainFrame[];
  readonly code?: number | string;
  readonly message?: string;
  readonly reason?: string;
  readonly user?: string;
  readonly client?: string;
  readonly clients?: readonly { readonly user: string }[];
  readonly recovered?: boolean;
  readonly lastEventId?: string;
}

/** The hub's word for each reason not to be let in. */
const refusals: Readonly<Record<string, Disconnect>> = {
  AUTH_REQUIRED: disconnects.badRequest,
  AUTH_TIMEOUT: disconnects.stale,
  INVALID_TOKEN: disconnects.invalidToken,
  TOKEN_EXPIRED: { code: errors.tokenExpired.code, reason: errors.tokenExpired.message },
  FORBIDDEN: disconnects.permissionDenied,
};

function positionOf(id: string): Position {
  const cut = id.indexOf("-");
  return { offset: Number(id.slice(0, cut)), epoch: id.slice(cut + 1) };
}

const received = ({ event, id }: PlainFrame): Received => ({
  data: event,
  offset: id === undefined ? 0 : positionOf(String(id)).offset,
});

function pushesOf(frame: PlainFrame): Pushed[] {
  const { type, channel = "", user = "", code } = frame;
  if (type === "event") return [{ type: "publication", channel, ...received(frame) }];
  if (type === "join" || type === "leave") return [{ type, channel, user }];
  return type === "unsubscribed" ? [{ type: "unsubscribe", channel, code: Number(code) }] : [];
}

/** Writes and reads the dialect as anybody would who has read its page. */
export class PlainClient extends AskingClient<PlainFrame> implements DoorClient {
  readonly #server: TestHub;
  readonly #options: ClientOptions;
  #raw: RawClient | undefined;
  #opening: Promise<RawClient> | undefined;
  #read = 0;
  #farewell: Disconnect | undefined;

  constructor(server: TestHub, options: ClientOptions = {}) {
    super();
    this.#server = server;
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#opening ??= this.#connect();
    this.#raw = await this.#opening;
  }

  async #connect(): Promise<RawClient> {
    const { origin } = this.#options;
    const headers = origin === undefined ? {} : { Origin: origin };
    const raw = await connectRaw({ port: Number(new URL(this.#server.url).port), path: "/ws", headers });
    if (raw.status === 101) return raw;
    raw.socket.destroy();
    throw new Refusal(raw.status, raw.head);
  }

  async connect(token: string): Promise<string> {
    const { client = "" } = await this.#ask("auth", { token });
    return client;
  }

  async subscribe(channel: string, { since, joinLeave }: Wish = {}): Promise<Subscribed> {
    const asked = { joins: joinLeave, ...(since ? { since: `${since.offset}-${since.epoch}` } : {}) };
    const { recovered = false, lastEventId } = await this.#ask("subscribe", { channel, ...asked }, channel);
    return {
      recovered,
      // What was missed follows as events.
      publications: [],
      ...(lastEventId === undefined ? {} : { position: positionOf(lastEventId) }),
    };
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
    const { events = [] } = await this.#ask("history", { channel });
    return events.map(received);
  }

  get ended(): Disconnect | undefined {
    this.digest();
    const raw = this.#raw;
    if (!raw || (raw.closeCode === undefined && !raw.ended)) return undefined;
    return this.#farewell ?? { code: raw.closeCode ?? 1006, reason: raw.closeReason };
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return this.#raw?.until(holds, what) ?? Promise.reject(new Error(`no connection that could bring ${what}`));
  }

  async send(frame: Frame): Promise<void> {
    if (!this.#raw) await this.open();
    this.#raw?.send(frame);
  }

  cut(): void {
    this.#raw?.socket.destroy();
  }

  stopReading(): void {
    this.#raw?.socket.pause();
  }

  readOn(): void {
    this.#raw?.socket.resume();
  }

  #ask(type: string, fields: Readonly<Record<string, unknown>>, subscribing?: string): Promise<PlainFrame> {
    return this.ask(type, (id) => JSON.stringify({ type, id, ...fields }), subscribing);
  }

  protected override refusalIn({ type, code, message = "" }: PlainFrame): Refusal | undefined {
    return type === "error" ? new Refusal(Number(code), message) : undefined;
  }

  protected override digest(): void {
    const messages = this.#raw?.messages ?? [];
    while (this.#read < messages.length) this.#note(JSON.parse(String(messages[this.#read++])));
  }

  #note(frame: PlainFrame): void {
    const { type, id, code, reason = "" } = frame;
    if (type === "disconnect") this.#farewell = { code: Number(code), reason };
    else if (type === "auth_error") this.#farewell = refusals[String(code)];
    else if (id !== undefined && ["ok", "error", "auth_success"].includes(type)) this.answered(Number(id), frame);
    else this.pushed(frame.channel ?? "", pushesOf(frame));
  }
}
