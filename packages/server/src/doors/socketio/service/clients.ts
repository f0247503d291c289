import type { Socket } from "socket.io";
import type { Identity } from "../../../hub/index.ts";
import { createWheel, type Deadline, type Wheel } from "../../../kit/wheel.ts";
import { type Client, Refusal, type ServiceGround } from "./client.ts";
import { type ClientEvent, clientEvents } from "./client-events.ts";
import type { Farewell, Reply, ServiceError } from "./events.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { ServiceParts, ServiceUser } from "./service-options.ts";

type ServingOptions = Pick<ServiceParts, "io" | "settings" | "authenticator" | "clock" | "log">;

interface Authenticated {
  readonly user: ServiceUser;
  /** Seconds since the Unix epoch; 0 for never. */
  readonly expireAt: number;
}

/** Lets clients in and answers their events. The returned function ends what it keeps time for. */
export function serveClients(ground: ServiceGround, options: ServingOptions): () => void {
  const { io, settings, clock, log } = options;
  const wheel = createWheel(clock);
  const limit = createRateLimit({ limit: settings.rateLimit, windowMs: settings.rateWindowMs, clock });
  /** Refusals are forgiven at the pace of events; who goes on and on is sent away. */
  const patience = createRateLimit({ limit: settings.rateLimit, windowMs: settings.rateWindowMs, clock });

  io.use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (token === undefined && settings.lateAuthentication) return next();
    identify(options, token).then(
      (authenticated) => {
        socket.data.authenticated = authenticated;
        next();
      },
      (error: unknown) => {
        ground.noteError();
        log.debug("a Socket.IO client was refused", { error });
        next(Object.assign(new Error("Authentication failed"), { data: { code: "AUTH_FAILED" } }));
      },
    );
  });

  io.on("connection", (socket) => {
    const client = new ConnectedClient(socket, { ground, options, wheel });
    socket.use(([event, ...args], next) => {
      const { userId } = socket.data;
      const isWithin = limit.take(`socket ${socket.id}`) && (userId === undefined || limit.take(`user ${userId}`));
      if (isWithin) return next();
      client.refuse({ code: "RATE_LIMITED", message: "too many events", event: String(event) }, args);
      if (!patience.take(socket.id)) client.sendAway({ reason: "far too many events", code: "RATE_LIMITED" });
    });
    client.serve();
  });
  return () => wheel.stop();
}

/** Throws when it may not connect. */
async function identify({ authenticator, settings }: ServingOptions, token: unknown): Promise<Authenticated> {
  if (typeof token !== "string" || token === "") throw new Error("a token is needed");
  const { identity, expireAt } = await authenticator.connection(token);
  if (identity.tenant !== settings.tenant) throw new Error("the token is of another tenant");
  if (identity.user === "") throw new Error("the token names no user");
  return { user: userOf(identity), expireAt };
}

const userOf = ({ user, roles, permissions }: Identity): ServiceUser => ({ userId: user, roles, permissions });

const ackOf = (args: readonly unknown[]): ((reply: Reply) => void) | undefined => {
  const last = args.at(-1);
  return typeof last === "function" ? (last as (reply: Reply) => void) : undefined;
};

interface Surroundings {
  readonly ground: ServiceGround;
  readonly options: ServingOptions;
  readonly wheel: Wheel;
}

class ConnectedClient implements Client, Deadline {
  readonly socket: Socket;
  readonly ground: ServiceGround;
  due = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;
  readonly #options: ServingOptions;
  readonly #wheel: Wheel;
  #user: ServiceUser | undefined;
  /** The events of one client are worked on one after the other; the rate limit bounds how many wait. */
  #work: Promise<void> = Promise.resolve();

  constructor(socket: Socket, { ground, options, wheel }: Surroundings) {
    this.socket = socket;
    this.ground = ground;
    this.#options = options;
    this.#wheel = wheel;
  }

  readonly now = (): string => new Date(this.#options.clock.now()).toISOString();

  serve(): void {
    const { socket, ground } = this;
    const { clock, settings } = this.#options;
    const authenticated: Authenticated | undefined = socket.data.authenticated;
    if (authenticated) this.#admit(authenticated);
    else this.#wheel.set(this, clock.now() + settings.authenticationTimeoutMs);
    for (const event of clientEvents) {
      socket.on(event.name, (...args: unknown[]) => {
        this.#work = this.#work.then(() => this.#answer(event, args));
      });
    }
    // Clients can send an event of this name; with no listener it would end the process.
    socket.on("error", () => ground.noteError());
    // Earlier than `disconnect`: the socket still is in its rooms.
    socket.on("disconnecting", () => {
      this.#wheel.clear(this);
      ground.unregisterUser(socket.id);
    });
  }

  user(): ServiceUser {
    if (!this.#user) throw new Refusal({ code: "NOT_REGISTERED", message: "authenticate first" });
    return this.#user;
  }

  async authenticate(token: string, claimedUserId: string | undefined): Promise<ServiceUser> {
    const refusal = (message: string): Refusal => new Refusal({ code: "AUTH_FAILED", message });
    const authenticated = await identify(this.#options, token).catch((error: unknown) => {
      this.#options.log.debug("a token was refused", { error });
      throw refusal("Authentication failed");
    });
    const { userId } = authenticated.user;
    if (claimedUserId !== undefined && claimedUserId !== userId) throw refusal("the token is of another user");
    if (this.#user && this.#user.userId !== userId) throw refusal("this connection is of another user");
    if (this.socket.connected) this.#admit(authenticated);
    return authenticated.user;
  }

  #admit({ user, expireAt }: Authenticated): void {
    this.#user = user;
    this.socket.data.userId = user.userId;
    // The handlers of applications read it here.
    Object.assign(this.socket, { userId: user.userId });
    if (expireAt > 0) this.#wheel.set(this, expireAt * 1_000);
    else this.#wheel.clear(this);
    this.ground.registerUser(this.socket.id, user.userId);
  }

  /** Nobody authenticated in time, or the token has expired. */
  fire(): void {
    if (this.#user) this.sendAway({ reason: "the token has expired", code: "TOKEN_EXPIRED" });
    else this.sendAway({ reason: "no authentication in time", code: "AUTH_TIMEOUT" });
  }

  sendAway(farewell: Farewell): void {
    this.ground.sendAway(this.socket.id, farewell);
  }

  refuse(error: ServiceError, args: readonly unknown[]): void {
    this.ground.noteError();
    this.socket.emit("error", error);
    ackOf(args)?.({ ok: false, error });
  }

  async #answer(event: ClientEvent, args: readonly unknown[]): Promise<void> {
    const ack = ackOf(args);
    const [data] = args;
    try {
      const content = await event.answer(this, data === ack ? undefined : data);
      const { answeredBy } = event;
      if (answeredBy && !(ack && answeredBy.unlessAcked)) this.socket.emit(answeredBy.event, content);
      ack?.({ ok: true, ...content });
    } catch (error) {
      this.refuse({ ...this.#toldOf(event, error), event: event.name }, args);
    }
  }

  #toldOf({ name }: ClientEvent, error: unknown): ServiceError {
    if (error instanceof Refusal) return error.told;
    this.#options.log.error("an event of a Socket.IO client failed", { event: name, error });
    return { code: "INTERNAL", message: "the event could not be processed" };
  }
}
