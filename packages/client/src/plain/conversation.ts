import type { Clock } from "../kit/clock.ts";
import type { Reason } from "../liveness.ts";

/** What the hub says, as far as this end understands it; the rest is left aside. */
export interface Frame {
  readonly type: string;
  readonly code?: number | string;
  readonly message?: string;
  readonly reason?: string;
  readonly channel?: string;
  readonly id?: string;
  readonly event?: unknown;
  readonly userId?: string;
  readonly role?: string | null;
  readonly lastEventId?: string;
  /** Of `auth_error`: so long a new token is waited for. */
  readonly graceMs?: number;
}

export interface ConversationOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly token: () => string | Promise<string>;
  /** Where to go on; asked when the hub is ready to hear it. */
  readonly since: () => string | undefined;
  readonly heard: (frame: Frame) => void;
  /** Called once, unless `close` came first. */
  readonly ended: (reason: Reason) => void;
}

/** Nobody answered in time, or the token's source failed: neither has a code on the wire. */
const UNHEARD = 0;

/** One WebSocket of the plain door, from its opening to its end. Returns what closes it. */
export function converse({ url, clock, heartbeatMs, token, since, heard, ended }: ConversationOptions): () => void {
  const socket = new WebSocket(url);
  let told: string | undefined;
  let isQuiet = true;
  let isOver = false;
  let cancelBeat = clock.after(heartbeatMs, beat);

  const stop = (): void => {
    isOver = true;
    cancelBeat();
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  };
  const end = (reason: Reason): void => {
    if (isOver) return;
    stop();
    ended(reason);
  };
  const say = (frame: object): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };

  /** A connection that says nothing from one beat to the next is dead, whatever the browser believes. */
  function beat(): void {
    if (isQuiet) {
      end({ code: UNHEARD, message: "the hub is silent" });
      return;
    }
    isQuiet = true;
    say({ type: "ping" });
    cancelBeat = clock.after(heartbeatMs, beat);
  }

  async function authenticate(): Promise<void> {
    try {
      const value = await token();
      say({ type: "auth", token: value, since: since() });
    } catch (error) {
      end({ code: UNHEARD, message: `no token: ${error instanceof Error ? error.message : String(error)}` });
    }
  }

  socket.onmessage = ({ data }) => {
    isQuiet = false;
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === "welcome") void authenticate();
    if (frame.type === "auth_error") {
      told = `${frame.code}: ${frame.message}`;
      if (frame.graceMs !== undefined) void authenticate();
    }
    if (frame.type === "disconnect") told = frame.reason ?? frame.message;
    heard(frame);
  };
  socket.onclose = ({ code, reason }) => end({ code, message: told ?? (reason || "the connection ended") });
  // What went wrong is in the close event that follows.
  socket.onerror = () => {};
  return stop;
}

function parse(data: unknown): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data));
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}
