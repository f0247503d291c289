import type { Disconnect, Frame } from "../../../hub/index.ts";
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

function pushed({ channel, pub, join, leave, unsubscribe }: WirePush): Pushed[] {
  if (pub) return [{ type: "publication", channel, ...received(pub) }];
  if (join) return [{ type: "join", channel, user: join.info.user ?? "" }];
  if (leave) return [{ type: "leave", channel, user: leave.info.user ?? "" }];
  return unsubscribe ? [{ type: "unsubscribe", channel, code: unsubscribe.code }] : [];
}

/** A client of the protocol, of which the test holds the TCP connection. */
export class WireClient implements DoorClient {
  readonly #wire: Wire;
  readonly #form: WireForm;
  readonly #readPiece: (piece: Frame) => readonly WireReply[];
  readonly open?: () => Promise<void>;
  readonly #pushes: Pushed[] = [];
  readonly #replies = new Map<number, WireReply>();
  /** Channels by the id of their subscribe command, until it is answered. */
  readonly #subscribing = new Map<number, string>();
  readonly #known = new Set<string>();
  #read = 0;
  /** Why the connection ends, where that is told before its end. */
  #farewell: Disconnect | undefined;
  #lastId = 0;

  constructor(wire: Wire, form: WireForm) {
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
    this.#digest();
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

  async #ask(command: Readonly<Record<string, unknown>>): Promise<WireReply> {
    const id = ++this.#lastId;
    await this.send(this.#form.write({ id, ...command }));
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
    const messages = this.#wire.raw?.messages ?? [];
    while (this.#read < messages.length) {
      for (const reply of this.#readPiece(messages[this.#read++] ?? "")) {
        if (reply.push) this.#note(reply.push);
        else if (reply.id) this.#answer(reply.id, reply);
        else this.send(this.#form.write({})).catch(() => {});
      }
    }
  }

  #note(push: WirePush): void {
    if (push.disconnect) this.#farewell = { code: push.disconnect.code, reason: push.disconnect.reason };
    if (this.#known.has(push.channel)) this.#pushes.push(...pushed(push));
  }

  #answer(id: number, reply: WireReply): void {
    this.#replies.set(id, reply);
    const channel = this.#subscribing.get(id);
    if (channel !== undefined && reply.subscribe) this.#known.add(channel);
    this.#subscribing.delete(id);
  }
}
