import {
  connect,
  DisconnectError,
  disconnects,
  type Frame,
  type Hub,
  HubError,
  history,
  type Inlet,
  pong,
  presence,
  presenceStats,
  publish,
  refresh,
  refreshSubscription,
  rpc,
  type Session,
  type SubscribeResult,
  send,
  subscribe,
  unsubscribe,
} from "../../hub/index.ts";
import type { Codec } from "./codec.ts";
import {
  type Command,
  forApplication,
  ProtocolError,
  positionsOf,
  type Request,
  type Result,
  wishOf,
} from "./messages.ts";

/** Commands that wait while an earlier one is at work; an honest client never has so many. */
const QUEUE_LIMIT = 4096;
/** Replies that leave in one frame at most. */
const BATCH_LIMIT = 16;
/** After so many commands in one turn the event loop gets its turn. */
const TURN_LIMIT = 64;

export interface DispatchOptions {
  readonly hub: Hub;
  readonly codec: Codec;
  readonly session: Session;
  /** The user that a trusted header names; "" for none. */
  readonly headerUser: string;
  /** Commands at work at the same time; with more than one their replies may come in another order. */
  readonly concurrency: number;
}

/** Commands of one session, in order unless several may be at work at once; replies are batched per turn (reference 2.3). */
export class Dispatch implements Inlet {
  readonly #hub: Hub;
  readonly #codec: Codec;
  readonly #session: Session;
  readonly #headerUser: string;
  readonly #concurrency: number;
  readonly #atWork: Set<Promise<void>> = new Set();
  #queue: Command[] = [];
  #running = false;
  #replies: Frame[] = [];

  constructor(options: DispatchOptions) {
    this.#hub = options.hub;
    this.#codec = options.codec;
    this.#session = options.session;
    this.#headerUser = options.headerUser;
    this.#concurrency = options.concurrency;
  }

  message(data: Frame): void {
    if (this.#session.state === "closed") return;
    try {
      for (const command of this.#codec.decode(data)) this.#queue.push(command);
    } catch (error) {
      this.#end(error);
      return;
    }
    if (this.#queue.length > QUEUE_LIMIT) this.#session.disconnect(disconnects.tooManyRequests);
    else if (!this.#running) void this.#run();
  }

  pong(): void {
    if (this.#session.pongBy > 0) pong(this.#hub, this.#session);
  }

  overflow(): void {
    this.#session.overflow();
  }

  stalled(): void {
    this.#session.stalled();
  }

  closed(code: number): void {
    this.#queue = [];
    this.#session.closed(code);
  }

  async #run(): Promise<void> {
    this.#running = true;
    let inTurn = 0;
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const command of batch) {
        if (this.#session.state === "closed") break;
        await this.#start(command);
        if (++inTurn % TURN_LIMIT === 0) await new Promise<void>((resolve) => this.#hub.clock.nextTurn(resolve));
      }
    }
    this.#flush();
    this.#running = false;
  }

  /** Resolves when the next command may start. Connecting is always done alone: the others build upon it. */
  #start(command: Command): Promise<unknown> {
    const work = this.#handle(command);
    if (this.#concurrency <= 1 || command.request.type === "connect") return work;
    this.#atWork.add(work);
    void work.then(() => this.#atWork.delete(work));
    return this.#atWork.size < this.#concurrency ? Promise.resolve() : Promise.race(this.#atWork);
  }

  async #handle({ id, request }: Command): Promise<void> {
    const { clock } = this.#hub;
    const started = clock.monotonic();
    let errorCode = 0;
    try {
      if (request.type !== "connect" && this.#session.state !== "connected") {
        throw new DisconnectError(disconnects.badRequest, "the first command must be connect, and it must succeed");
      }
      const result = await this.#perform(id, request);
      if (result) this.#reply(this.#codec.encodeResult(id, result));
    } catch (error) {
      errorCode = this.#fail(id, error);
    }
    if (request.type === "pong") return;
    this.#hub.emit({ type: "command", method: request.type, durationMs: clock.monotonic() - started, errorCode });
  }

  /** A result to reply with; `undefined` when the operation replied itself or nothing is to be said. */
  async #perform(id: number, request: Request): Promise<Result | undefined> {
    const hub = this.#hub;
    const session = this.#session;
    switch (request.type) {
      case "connect":
        await connect(hub, session, {
          token: request.token,
          name: request.name,
          recover: positionsOf(request.subs),
          headers: request.headers,
          ...forApplication(request),
          headerUser: this.#headerUser,
          reply: (result) => this.#replyNow(id, { type: "connect", result }),
        });
        return undefined;
      case "subscribe": {
        const { type, channel, ...wish } = request;
        const reply = (result: SubscribeResult): void => this.#replyNow(id, { type, result });
        await subscribe(hub, session, { ...wishOf(wish), channel, reply });
        return undefined;
      }
      case "unsubscribe":
        unsubscribe(hub, session, request.channel);
        return { type: "unsubscribe" };
      case "publish":
        await publish(hub, session, request);
        return { type: "publish" };
      case "presence":
        return { type: "presence", clients: await presence(hub, session, request.channel) };
      case "presence_stats":
        return { type: "presence_stats", ...(await presenceStats(hub, session, request.channel)) };
      case "history": {
        const { since, ...rest } = request;
        return { type: "history", page: await history(hub, session, since ? { ...rest, since } : rest) };
      }
      case "rpc":
        return { type: "rpc", data: await rpc(hub, session, request) };
      case "refresh": {
        const result = await refresh(hub, session, request.token);
        return { type: "refresh", result, client: session.id, version: hub.settings.version };
      }
      case "sub_refresh":
        return { type: "sub_refresh", result: await refreshSubscription(hub, session, request) };
      case "send":
        send(hub, session, request.data);
        return undefined;
      case "ping":
        throw new HubError("notAvailable", "pings come from the server");
      case "pong":
        pong(hub, session);
        return undefined;
    }
  }

  /** Returns the code for metrics: of the error replied, or of the disconnect. */
  #fail(id: number, error: unknown): number {
    if (error instanceof HubError) {
      this.#reply(this.#codec.encodeError(id, error));
      return error.code;
    }
    return this.#end(error);
  }

  #end(error: unknown): number {
    this.#flush();
    let disconnect = disconnects.serverError;
    if (error instanceof DisconnectError) {
      disconnect = error.disconnect;
      this.#hub.log.debug("a client is sent away", {
        client: this.#session.id,
        code: disconnect.code,
        why: error.detail,
      });
    } else if (error instanceof ProtocolError) {
      disconnect = disconnects.badRequest;
      this.#hub.log.debug("a client is sent away", {
        client: this.#session.id,
        code: disconnect.code,
        why: error.message,
      });
    } else {
      this.#hub.log.error("a command failed", { error });
    }
    this.#session.disconnect(disconnect);
    return disconnect.code;
  }

  /** The operation goes on in this turn and relies on the reply being on its way. */
  #replyNow(id: number, result: Result): void {
    this.#replies.push(this.#codec.encodeResult(id, result));
    this.#flush();
  }

  /** A reply waits for others, but not for a later command that takes long. */
  #reply(frame: Frame): void {
    const count = this.#replies.push(frame);
    if (count >= BATCH_LIMIT) this.#flush();
    else if (count === 1) this.#hub.clock.nextTurn(() => this.#flush());
  }

  #flush(): void {
    const replies = this.#replies;
    if (replies.length === 0) return;
    this.#replies = [];
    const [first] = replies;
    if (this.#session.state !== "closed" && first !== undefined) {
      this.#session.outlet.send(replies.length === 1 ? first : this.#codec.batch(replies));
    }
  }
}
