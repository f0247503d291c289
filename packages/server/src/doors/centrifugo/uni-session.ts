import {
  type ConnectionGrant,
  connect,
  type Disconnect,
  DisconnectError,
  disconnects,
  type Encoder,
  type Frame,
  type HttpRequest,
  type Hub,
  HubError,
  type Inlet,
  type Outlet,
  pong,
  type Session,
  type Transport,
} from "../../hub/index.ts";
import { type DoorStep, headerUser, keptHeaders } from "../door-step.ts";
import { decodeConnect } from "./json.ts";
import { type ConnectMessage, forApplication, ProtocolError, positionsOf, wishOf } from "./messages.ts";

/** What an error code of a connect becomes where there are no replies. */
export type ConnectCodes = ReadonlyMap<number, Disconnect>;

/** Unless the configuration says otherwise. */
const usualCodes: ConnectCodes = new Map([
  [103, disconnects.permissionDenied],
  [109, disconnects.expired],
  [110, disconnects.expired],
  [111, disconnects.tooManyRequests],
]);

export interface UniOptions {
  readonly request: HttpRequest;
  readonly outlet: Outlet;
  readonly encoder: Encoder;
  readonly transport: Transport;
  readonly codes: ConnectCodes;
  /** Absent: the first message will say it. */
  readonly message?: ConnectMessage;
  /** What was found out about the message before there was a connection. */
  readonly judged?: Judged;
}

export interface Judged {
  readonly grant: ConnectionGrant;
  /** The client id that the application was told. */
  readonly client: string;
}

/** A client that connects once and then only listens (reference 2.15). */
export class UniSession implements Inlet {
  readonly #hub: Hub;
  readonly #session: Session;
  readonly #headerUser: string;
  readonly #codes: ConnectCodes;
  #asked = false;

  constructor(step: DoorStep, { request, outlet, encoder, transport, codes, message, judged }: UniOptions) {
    const { hub, topics } = step;
    this.#hub = hub;
    this.#session = hub.open({
      ...{ outlet, topics, encoder, transport, ...keptHeaders(step, request) },
      ...(judged ? { id: judged.client } : {}),
    });
    this.#headerUser = headerUser(step, request);
    this.#codes = codes;
    if (message) void this.#connect(message, judged?.grant);
  }

  /** Only the first message counts, and only where the request itself said nothing. */
  message(data: Frame): void {
    if (this.#asked) return;
    try {
      void this.#connect(decodeConnect(data));
    } catch (error) {
      this.#end(error);
    }
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
    this.#session.closed(code);
  }

  async #connect(message: ConnectMessage, grant?: ConnectionGrant): Promise<void> {
    this.#asked = true;
    const { token, name, subs, headers } = message;
    const hub = this.#hub;
    const session = this.#session;
    const started = hub.clock.monotonic();
    let errorCode = 0;
    try {
      await connect(hub, session, {
        token,
        name,
        headers,
        ...forApplication(message),
        headerUser: this.#headerUser,
        recover: positionsOf(subs),
        wishes: new Map(
          [...subs].map(([channel, each]) => [
            channel,
            wishOf({ ...each, recoverable: each.recoverable || each.recover !== undefined }),
          ]),
        ),
        reply: (result) => session.push({ type: "connect", result }),
        ...(grant ? { grant } : {}),
      });
    } catch (error) {
      errorCode = this.#end(error);
    }
    hub.emit({ type: "command", method: "connect", durationMs: hub.clock.monotonic() - started, errorCode });
  }

  #end(error: unknown): number {
    const disconnect = this.#disconnectFor(error);
    if (disconnect === disconnects.serverError) this.#hub.log.error("a connect failed", { error });
    this.#session.disconnect(disconnect);
    return disconnect.code;
  }

  #disconnectFor(error: unknown): Disconnect {
    if (error instanceof ProtocolError) return disconnects.badRequest;
    const code = codeOf(error);
    const fallback = error instanceof DisconnectError ? error.disconnect : disconnects.serverError;
    return this.#codes.get(code) ?? usualCodes.get(code) ?? fallback;
  }
}

/** The number by which the protocol knows an error; 0 for a fault of ours. */
const codeOf = (error: unknown): number =>
  error instanceof DisconnectError ? error.disconnect.code : error instanceof HubError ? error.code : 0;
