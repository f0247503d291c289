import type { Answer, Door, HttpRequest, Reply, Route, Transport } from "../../hub/index.ts";
import { type DoorStep, refusal } from "../door-step.ts";
import type { Rules } from "./admission.ts";
import { describePlainDoor } from "./asyncapi.ts";
import { closingOf } from "./closing.ts";
import { Conversation } from "./conversation.ts";
import { readHandshake } from "./handshake.ts";

export type { Rules } from "./admission.ts";

export interface PlainDoorOptions extends DoorStep {
  /** Where the whole dialect is spoken. */
  readonly path: string;
  /** Where a client that brings its token in the handshake gets bare events; others may have the same paths. */
  readonly barePaths: readonly string[];
  readonly maxMessageBytes: number;
  /** Grace of a connection whose token expired. */
  readonly expiredCloseDelayMs: number;
  readonly userConnectionLimit: number;
  /** How long the answer to a ping may take. */
  readonly pongTimeoutMs: number;
  readonly rules: Rules;
}

/** JSON in WebSocket frames, for every language that has a WebSocket; no library is needed. */
export function createPlainDoor(options: PlainDoorOptions): Door {
  const { path, barePaths, expiredCloseDelayMs, userConnectionLimit, pongTimeoutMs } = options;
  const transport: Transport = {
    name: "plain_websocket",
    pings: false,
    pongs: false,
    framePings: true,
    // Many libraries do not show the close frame, and auth_error is promised before it.
    pushesDisconnect: true,
    closing: closingOf,
    expiredCloseDelayMs,
    userConnectionLimit,
    pongTimeoutMs,
  };
  const answer = (request: HttpRequest, bare: boolean): Answer => {
    const refused = refusal(options, request);
    if (refused) return refused;
    const { protocol, ...brought } = readHandshake(request);
    const { maxMessageBytes } = options;
    const rules = bare ? { ...options.rules, ...forAnybody } : options.rules;
    return {
      kind: "upgrade",
      maxMessageBytes,
      ...(protocol === undefined ? {} : { protocol }),
      connect: (outlet) => new Conversation(options, { request, outlet, transport, rules, bare, ...brought }),
    };
  };
  const barely = (barePath: string): Route => ({
    method: "GET",
    path: barePath,
    when: bringsToken,
    handle: (request) => answer(request, true),
  });
  const { version } = options.hub.settings;
  const description: Reply = {
    kind: "reply",
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(describePlainDoor({ path, version })),
  };
  return {
    name: "plain",
    routes: [
      { method: "GET", path, handle: (request) => answer(request, false) },
      { method: "GET", path: `${path}/asyncapi.json`, handle: () => description },
      ...barePaths.map(barely),
    ],
  };
}

/** Who takes bare events says which, and gets what his token and the namespace allow. */
const forAnybody: Pick<Rules, "roles" | "channel"> = { roles: [], channel: "" };

/** The clients of other protocols say who they are in their first message. */
const bringsToken = (request: HttpRequest): boolean =>
  readHandshake(request).token !== undefined && request.header("upgrade")?.toLowerCase() === "websocket";
