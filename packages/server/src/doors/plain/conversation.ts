import {
  DisconnectError,
  disconnects,
  type Frame,
  type HttpRequest,
  type Hub,
  HubError,
  type Inlet,
  type Outlet,
  pong,
  type Session,
  type SubscribeResult,
  type Transport,
} from "../../hub/index.ts";
import { type DoorStep, headerUser, keptHeaders } from "../door-step.ts";
import { Admission, type Rules } from "./admission.ts";
import { BadRequest, decode, GarbledFrame } from "./decode.ts";
import type { Request, RequestId } from "./dialect.ts";
import { bareEncoder, plainEncoder } from "./encoder.ts";
import { eventId } from "./event-id.ts";
import { type Answer, type ChannelRequest, perform } from "./perform.ts";
import { Rate } from "./rate.ts";

/** Requests that wait while an earlier one is at work; an honest client never has so many. */
const QUEUE_LIMIT = 1_024;

export interface ConversationOptions {
  readonly request: HttpRequest;
  readonly outlet: Outlet;
  readonly transport: Transport;
  readonly rules: Rules;
  /** A connection token that came with the handshake; absent: the first frame brings it. */
  readonly token?: string;
  /** The client takes every frame for an event. */
  readonly bare: boolean;
}

/** One client of the door: requests in, one after the other; answers out. */
export class Conversation implements Inlet {
  readonly #hub: Hub;
  readonly #session: Session;
  readonly #admission: Admission;
  readonly #rate: Rate;
  #queue: Request[] = [];
  #running = false;

  constructor(step: DoorStep, { request, outlet, transport, rules, token, bare }: ConversationOptions) {
    const { hub, topics } = step;
    const encoder = bare ? bareEncoder : plainEncoder;
    const session = hub.open({ outlet, topics, encoder, transport, ...keptHeaders(step, request) });
    this.#hub = hub;
    this.#session = session;
    this.#rate = new Rate(rules.framesPerSecond, hub.clock);
    this.#admission = new Admission({
      ...{ hub, session, rules, headerUser: headerUser(step, request) },
      send: (frame) => {
        if (!bare) this.#send(frame);
      },
      begin: (channel, result, since) => this.#begin(channel, result, since),
    });
    if (!bare) this.#greet();
    if (token !== undefined) this.#take({ type: "auth", token });
  }

  message(data: Frame): void {
    if (this.#session.state === "closed") return;
    this.#lives();
    const verdict = this.#rate.take();
    if (verdict === "flood") {
      this.#session.disconnect(disconnects.tooManyRequests);
      return;
    }
    try {
      const request = decode(data);
      if (verdict === "over") this.#fail(new HubError("tooManyRequests", this.#rate.limit), request.id);
      else if (request.type === "ping") this.#send({ type: "pong", ...idOf(request) });
      else this.#take(request);
    } catch (error) {
      this.#fail(error, error instanceof BadRequest ? error.id : undefined);
    }
  }

  pong(): void {
    this.#lives();
  }

  overflow(): void {
    this.#session.overflow();
  }

  stalled(): void {
    this.#session.stalled();
  }

  closed(code: number): void {
    this.#queue = [];
    this.#admission.end();
    this.#session.closed(code);
  }

  #greet(): void {
    const { clock, settings } = this.#hub;
    this.#send({
      type: "welcome",
      message: "send auth with a token",
      serverTime: new Date(clock.now()).toISOString(),
      authTimeoutMs: settings.staleCloseDelayMs,
    });
  }

  /** Whoever says something is there, whatever it is. */
  #lives(): void {
    if (this.#session.pongBy > 0) pong(this.#hub, this.#session);
  }

  #take(request: Request): void {
    this.#queue.push(request);
    if (this.#queue.length > QUEUE_LIMIT) this.#session.disconnect(disconnects.tooManyRequests);
    else if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const request of batch) if (this.#session.state !== "closed") await this.#handle(request);
    }
    this.#running = false;
  }

  async #handle(request: Request): Promise<void> {
    const { clock } = this.#hub;
    const started = clock.monotonic();
    let errorCode = 0;
    try {
      await this.#perform(request);
    } catch (error) {
      errorCode = request.type === "auth" ? this.#refuse(error, request.id) : this.#fail(error, request.id);
    }
    this.#hub.emit({ type: "command", method: request.type, durationMs: clock.monotonic() - started, errorCode });
  }

  async #perform(request: Request): Promise<void> {
    if (request.type === "auth") return this.#admission.authenticate(request);
    if (this.#session.state !== "connected") throw new DisconnectError(disconnects.unauthorized, "not authenticated");
    if (request.type === "ping") return;
    return perform(this.#hub, this.#session, { request, reply: (answer) => this.#reply(request, answer) });
  }

  #reply(request: ChannelRequest, { fields, events, subscribed }: Answer): void {
    if (request.id !== undefined) {
      const head = JSON.stringify({ type: "ok", id: request.id, ...fields });
      this.#write(events ? `${head.slice(0, -1)},"events":[${events.join(",")}]}` : head);
    }
    if (request.type === "subscribe" && subscribed) this.#begin(request.channel, subscribed, request.since);
  }

  /** What a subscriber missed comes as ordinary events; that it missed more than can be had is said before them. */
  #begin(channel: string, { recovered, publications, position }: SubscribeResult, since: string | undefined): void {
    if (since !== undefined && !recovered) {
      this.#send({ type: "event_gap", channel, ...(position ? { lastEventId: eventId(position) } : {}) });
    }
    for (const publication of publications) {
      this.#session.push({ type: "publication", channel, publication, epoch: position?.epoch ?? "" });
    }
  }

  /** Authentication failed. Returns the code for metrics. */
  #refuse(error: unknown, id: RequestId | undefined): number {
    const disconnect = this.#admission.verdict(error);
    if (!disconnect) return this.#fail(error, id);
    if (disconnect === disconnects.serverError) this.#hub.log.error("a client could not be let in", { error });
    else this.#tell(disconnect.code, error);
    this.#session.disconnect(disconnect);
    return disconnect.code;
  }

  /** An error that leaves the connection open, or ends it. Returns the code for metrics. */
  #fail(error: unknown, id: RequestId | undefined): number {
    if (error instanceof HubError) {
      const { code, message, temporary } = error;
      this.#send({
        type: "error",
        ...(id === undefined ? {} : { id }),
        code,
        message,
        ...(temporary ? { temporary } : {}),
      });
      return code;
    }
    let disconnect = disconnects.serverError;
    if (error instanceof DisconnectError) disconnect = error.disconnect;
    else if (error instanceof GarbledFrame) {
      disconnect = disconnects.badRequest;
      const { code, message } = new HubError("badRequest", error.message);
      this.#send({ type: "error", code, message });
    } else this.#hub.log.error("a request failed", { error });
    this.#tell(disconnect.code, error);
    this.#session.disconnect(disconnect);
    return disconnect.code;
  }

  #tell(code: number, error: unknown): void {
    const why = error instanceof DisconnectError ? error.detail : String(error);
    this.#hub.log.debug("a client is sent away", { client: this.#session.id, code, why });
  }

  #send(frame: object): void {
    this.#write(JSON.stringify(frame));
  }

  #write(frame: string): void {
    if (this.#session.state !== "closed") this.#session.outlet.send(frame);
  }
}

const idOf = ({ id }: Request): { id?: RequestId } => (id === undefined ? {} : { id });
