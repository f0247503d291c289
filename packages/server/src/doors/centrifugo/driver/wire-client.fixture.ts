import type { Disconnect, Frame } from "../../../hub/index.ts";
import { AskingClient } from "../../asking-client.fixture.ts";
import {
  type DoorClient,
  type Pushed,
  type Received,
  Refusal,
  type Subscribed,
  type Wish,
} from "../../door-ground.fixture.ts";
import type { Wire, WireForm, WirePublication, WirePush, WireReply } from "./wire.fixture.ts";

const received = ({ data, offset = 0 }: WirePublication): Received => ({ data, offset });

function pushesOf({ channel, pub, join, leave, unsubscribe }: WirePush): Pushed[] {
  if (pub) return [{ type: "publication", channel, ...received(pub) }];
  if (join) return [{ type: "join", channel, user: join.info.user ?? "" }];
  if (leave) return [{ type: "leave", channel, user: leave.info.user ?? "" }];
  return unsubscribe ? [{ type: "unsubscribe", channel, code: unsubscribe.code }] : [];
}

/** A client of the protocol, of which the test holds the TCP connection. */
export class WireClient extends AskingClient<WireReply> implements DoorClient {
  readonly #wire: Wire;
  readonly #form: WireForm;
  readonly #readPiece: (piece: Frame) => readonly WireReply[];
  readonly open?: () => Promise<void>;
  #read = 0;
  /** Why the connection ends, where that is told before its end. */
  #farewell: Disconnect | undefined;

  constructor(wire: Wire, form: WireForm) {
    super();
    this.#wire = wire;
    this.#form = form;
    this.#readPiece = form.createReader();
    if (wire.open) this.open = wire.open;
  }

  async connect(token: string): Promise<string> {
    const { connect } = await this.#ask({ connect: token === "" ? {} : { token } });
    if (connect) this.#wire.connected(connect);
    return connect?.client ?? "";
  }

  async subscribe(channel: string, { since, joinLeave }: Wish = {}): Promise<Subscribed> {
    const request = { channel, join_leave: joinLeave, ...(since ? { recover: true, ...since } : {}) };
    const { subscribe = {} } = await this.#ask({ subscribe: request }, channel);
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

  get ended(): Disconnect | undefined {
    this.digest();
    const { raw } = this.#wire;
    if (!raw || (raw.closeCode === undefined && !raw.ended && !raw.complete)) return undefined;
    return this.#farewell ?? { code: raw.closeCode ?? 1006, reason: raw.closeReason };
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return this.#wire.raw?.until(holds, what) ?? Promise.reject(new Error(`no connection that could bring ${what}`));
  }

  send(frame: Frame): Promise<void> {
    return this.#wire.send(frame);
  }

  cut(): void {
    this.#wire.raw?.socket.destroy();
  }

  stopReading(): void {
    this.#wire.raw?.socket.pause();
  }

  readOn(): void {
    this.#wire.raw?.socket.resume();
  }

  #ask(command: Readonly<Record<string, unknown>>, subscribing?: string): Promise<WireReply> {
    const [method = ""] = Object.keys(command);
    return this.ask(method, (id) => this.#form.write({ id, ...command }), subscribing);
  }

  protected override refusalIn({ error }: WireReply): Refusal | undefined {
    return error && new Refusal(error.code, error.message);
  }

  protected override digest(): void {
    const messages = this.#wire.raw?.messages ?? [];
    while (this.#read < messages.length) {
      for (const reply of this.#readPiece(messages[this.#read++] ?? "")) {
        if (reply.push) this.#note(reply.push);
        else if (reply.id) this.answered(reply.id, reply);
        else this.send(this.#form.write({})).catch(() => {});
      }
    }
  }

  #note(push: WirePush): void {
    if (push.disconnect) this.#farewell = { code: push.disconnect.code, reason: push.disconnect.reason };
    this.pushed(push.channel, pushesOf(push));
  }
}
