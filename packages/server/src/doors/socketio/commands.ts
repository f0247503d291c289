import type { Socket } from "socket.io";
import {
  DisconnectError,
  disconnects,
  type Hub,
  HubError,
  history,
  type Payload,
  type Position,
  presence,
  presenceStats,
  publish,
  refresh,
  rpc,
  type Session,
  subscribe,
  unsubscribe,
} from "../../hub/index.ts";
import { hasBytes, pack } from "./adapter/packed.ts";
import { describeClient, describePublication, describeSubscription } from "./push-encoder.ts";

/** What a client asks for, as the first argument of the event. */
type Request = Readonly<Record<string, unknown>>;
type Reply = (answer: unknown) => void;
/** Resolves with the answer; `undefined` when it has been given. */
type Command = (hub: Hub, session: Session, call: { request: Request; reply: Reply }) => Promise<unknown>;

/** What waits while an earlier one is at work; an honest client never has so many. */
const QUEUE_LIMIT = 4096;

function text(request: Request, name: string): string {
  const value = request[name];
  if (typeof value !== "string") throw new HubError("badRequest", `"${name}" must be a string`);
  return value;
}

function dataOf({ data }: Request): Payload {
  if (data === undefined) throw new HubError("badRequest", `"data" is missing`);
  if (Buffer.isBuffer(data)) return data;
  return JSON.stringify(hasBytes(data) ? pack(data) : data);
}

function positionOf(value: unknown): Position | undefined {
  if (value === undefined) return undefined;
  const { offset, epoch } = (value ?? {}) as Request;
  if (typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0 && typeof epoch === "string") {
    return { offset, epoch };
  }
  throw new HubError("badRequest", `"since" must be {"offset": a whole number, "epoch": a string}`);
}

/** The events of a client; each is answered in its acknowledgement. */
const commands: Readonly<Record<string, Command>> = {
  async subscribe(hub, session, { request, reply }) {
    const channel = text(request, "channel");
    const since = positionOf(request.since);
    await subscribe(hub, session, {
      channel,
      token: request.token === undefined ? "" : text(request, "token"),
      recoverable: true,
      joinLeave: request.joinLeave === true,
      ...(since ? { recover: since } : {}),
      reply: (result) => reply(describeSubscription(channel, result)),
    });
    return undefined;
  },
  async unsubscribe(hub, session, { request }) {
    unsubscribe(hub, session, text(request, "channel"));
    return {};
  },
  async publish(hub, session, { request }) {
    const { position } = await publish(hub, session, { channel: text(request, "channel"), data: dataOf(request) });
    return position ?? {};
  },
  async presence(hub, session, { request }) {
    const clients = await presence(hub, session, text(request, "channel"));
    return { clients: clients.map(describeClient) };
  },
  presence_stats: (hub, session, { request }) => presenceStats(hub, session, text(request, "channel")),
  async history(hub, session, { request }) {
    const since = positionOf(request.since);
    const { limit = 0, reverse = false } = request;
    if (typeof limit !== "number" || !Number.isSafeInteger(limit)) {
      throw new HubError("badRequest", `"limit" must be a whole number`);
    }
    const page = await history(hub, session, {
      channel: text(request, "channel"),
      limit,
      reverse: reverse === true,
      ...(since ? { since } : {}),
    });
    return { publications: page.publications.map(describePublication), position: page.top };
  },
  async rpc(hub, session, { request }) {
    const answer = await rpc(hub, session, {
      method: text(request, "method"),
      data: dataOf({ data: null, ...request }),
    });
    return { data: typeof answer === "string" ? JSON.parse(answer) : answer };
  },
  refresh: (hub, session, { request }) => refresh(hub, session, text(request, "token")),
};

/** Takes the commands of a connected client, one after the other. */
export function takeCommands(hub: Hub, session: Session, socket: Socket): void {
  let waiting = 0;
  let before: Promise<void> = Promise.resolve();
  // One listener for all names: one for each would be a kilobyte of every connection.
  socket.onAny((name: string, ...args: unknown[]) => {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) return;
    if (++waiting > QUEUE_LIMIT) {
      session.disconnect(disconnects.tooManyRequests);
      return;
    }
    before = before.then(async () => {
      if (session.state === "connected") await perform(hub, session, { name, command, args });
      waiting--;
    });
  });
}

interface Call {
  readonly name: string;
  readonly command: Command;
  readonly args: readonly unknown[];
}

async function perform(hub: Hub, session: Session, { name, command, args }: Call): Promise<void> {
  const started = hub.clock.monotonic();
  const last = args.at(-1);
  const reply: Reply = typeof last === "function" ? (answer) => last(answer) : () => {};
  const [first] = args;
  const request = typeof first === "object" && first !== null ? (first as Request) : {};
  let errorCode = 0;
  try {
    const answer = await command(hub, session, { request, reply });
    if (answer !== undefined) reply(answer);
  } catch (error) {
    errorCode = refuse(hub, session, { error, reply });
  }
  hub.emit({ type: "command", method: name, durationMs: hub.clock.monotonic() - started, errorCode });
}

function refuse(
  hub: Hub,
  session: Session,
  { error, reply }: { readonly error: unknown; readonly reply: Reply },
): number {
  if (error instanceof HubError) {
    reply({ error: { code: error.code, message: error.message } });
    return error.code;
  }
  if (!(error instanceof DisconnectError)) hub.log.error("a command failed", { error });
  const disconnect = error instanceof DisconnectError ? error.disconnect : disconnects.serverError;
  session.disconnect(disconnect);
  return disconnect.code;
}
