import { Server, type Socket } from "socket.io";
import {
  type ConnectResult,
  connect,
  type Disconnect,
  DisconnectError,
  type Door,
  disconnects,
  HubError,
  mayReconnect,
  type Session,
  type Transport,
} from "../../hub/index.ts";
import { type DoorStep, headerUser, keptHeaders, refusal } from "../door-step.ts";
import { isOriginAllowed } from "../origin.ts";
import { takeCommands } from "./commands.ts";
import {
  type Connection,
  type ConnectionOwner,
  Engine,
  type EngineOptions,
  type OpeningRequest,
} from "./engine/index.ts";
import { describeSubscription, pushEncoder } from "./push-encoder.ts";

export interface SocketIoDoorOptions
  extends DoorStep,
    Pick<
      EngineOptions,
      | "path"
      | "transports"
      | "pingIntervalMs"
      | "pingTimeoutMs"
      | "maxHttpBufferSize"
      | "maxQueuedBytes"
      | "cookie"
      | "secure"
    > {}

const UPGRADE_TIMEOUT_MS = 10_000;

/** The engine pings by itself; why a connection ends is said by its visit. */
const transports: Readonly<Record<Connection["transport"]["name"], Transport>> = {
  websocket: { name: "socketio_websocket", pings: false, pongs: false, pushesDisconnect: false },
  polling: { name: "socketio_polling", pings: false, pongs: false, pushesDisconnect: false },
};

/** The Socket.IO protocol v5: official v4 clients work unmodified, with the hub's channels as events and answers. */
export function createSocketIoDoor(options: SocketIoDoorOptions): Door {
  const { hub, topics } = options;
  const engine = new Engine({
    ...options,
    topics,
    wheel: hub.wheel,
    clock: hub.clock,
    upgradeTimeoutMs: UPGRADE_TIMEOUT_MS,
    headers: [],
    isOriginAllowed: (request) => isOriginAllowed(request, options.allowedOrigins),
    allowRequest: (request) => refusal(options, request),
  });
  engine.on("connection", (connection: Connection, request) => {
    const session = hub.open({
      outlet: connection,
      topics: engine.topics,
      encoder: pushEncoder,
      transport: transports[connection.transport.name],
      ...keptHeaders(options, request),
    });
    connection.owner = new Visit(session, headerUser(options, request));
  });
  const io = new Server({ serveClient: false });
  io.use((socket, next) => {
    const visit = visitOf(socket);
    admit(options, visit, socket).then(
      () => next(),
      (error: unknown) => sendAway(options, { visit, error, next }),
    );
  });
  io.on("connection", (socket) => {
    const visit = visitOf(socket);
    if (!visit.result) return;
    forget(socket);
    takeCommands(hub, visit.session, socket);
    socket.emit("session", describeSession(visit.result));
    visit.result = undefined;
    socket.on("disconnect", () => visit.session.disconnect(disconnects.connectionClosed));
  });
  io.bind(engine);
  return { name: "socketio", routes: engine.routes };
}

/** One connection from its opening to its end. */
class Visit implements ConnectionOwner {
  readonly session: Session;
  /** The user that a trusted header names; "" for none. */
  readonly headerUser: string;
  /** How its session began; absent before the client has said who it is. */
  result: ConnectResult | undefined = undefined;
  /** It has heard why it is not let in. */
  refused = false;

  constructor(session: Session, headerUser: string) {
    this.session = session;
    this.headerUser = headerUser;
  }

  /** A client that must not come back is told in Socket.IO's way too: then the official one does not try. */
  farewell({ code, reason }: Disconnect): readonly string[] {
    const reconnect = mayReconnect(code);
    const { state } = this.session;
    if (state === "open" || state === "connecting") {
      const isTold = reconnect || this.refused;
      return isTold ? [] : [`44${JSON.stringify({ message: reason, data: { code, reason } })}`];
    }
    const last = pushEncoder.encode({ type: "disconnect", code, reason, reconnect });
    return reconnect ? [String(last)] : [String(last), "41"];
  }

  closed({ ended }: Connection, description: Partial<Disconnect> | undefined): void {
    // What the engine has ended is the hub's verdict too.
    if (ended) this.session.disconnect(ended);
    this.session.closed(description?.code ?? disconnects.connectionClosed.code);
  }
}

/** Every connection of the door's engine has one. */
const visitOf = (socket: Socket): Visit => (socket.conn as unknown as { readonly owner: Visit }).owner;

const noRequest: OpeningRequest = { headers: {}, url: "", method: "GET", _query: {}, connection: { encrypted: false } };
const noHandshake: Socket["handshake"] = {
  headers: {},
  query: {},
  auth: {},
  time: "",
  issued: 0,
  address: "",
  xdomain: false,
  secure: false,
  url: "",
};

/** How a client came, and its token, is nobody's question any more once it is in: a kilobyte of every connection. */
function forget(socket: Socket): void {
  (socket.conn as unknown as Connection).request = noRequest;
  Object.assign(socket, { handshake: noHandshake });
}

async function admit({ hub }: SocketIoDoorOptions, visit: Visit, { handshake }: Socket): Promise<void> {
  const { token, name } = handshake.auth;
  await connect(hub, visit.session, {
    token: typeof token === "string" ? token : "",
    name: typeof name === "string" ? name.slice(0, 64) : "socketio",
    recover: new Map(),
    headerUser: visit.headerUser,
    reply: (result) => {
      visit.result = result;
    },
  });
}

interface SendAway {
  readonly visit: Visit;
  readonly error: unknown;
  readonly next: (error: Error) => void;
}

/** The client hears why in `connect_error`; then the connection ends. */
function sendAway({ hub }: SocketIoDoorOptions, { visit, error, next }: SendAway): void {
  const known = error instanceof HubError || error instanceof DisconnectError;
  if (!known) hub.log.error("a connect failed", { error });
  const disconnect =
    error instanceof DisconnectError
      ? error.disconnect
      : error instanceof HubError
        ? disconnects.invalidToken
        : disconnects.serverError;
  const { code, reason } = error instanceof HubError ? { code: error.code, reason: error.message } : disconnect;
  visit.refused = true;
  next(Object.assign(new Error(reason), { data: { code, reason } }));
  // Socket.IO sends it in a later step of this turn.
  hub.clock.nextTurn(() => visit.session.disconnect(disconnect));
}

const describeSession = ({ client, expires, ttl, time, data, subscriptions }: ConnectResult): unknown => ({
  client,
  ...(expires ? { ttl } : {}),
  ...(time === undefined ? {} : { time }),
  ...(typeof data === "string" ? { data: JSON.parse(data) } : data === undefined ? {} : { data }),
  subscriptions: [...subscriptions].map(([channel, result]) => describeSubscription(channel, result)),
});
