import { isValidToken, type Publish } from "./just-enough.ts";

/** Just enough of the plain dialect for a comparison server to be measured with the same generator. */

export const welcome = '{"type":"welcome","authTimeoutMs":10000}';

interface Request {
  readonly type: string;
  readonly id?: number;
  readonly token?: string;
  readonly channel?: string;
}

/** Answers one frame. `subscribe` is told the channel. */
export function answerRequest(frame: string, secret: string, subscribe: (channel: string) => void): string | undefined {
  const { type, id, token = "", channel } = JSON.parse(frame) as Request;
  if (type === "auth") return isValidToken(token, secret) ? '{"type":"auth_success"}' : '{"type":"auth_error"}';
  if (type !== "subscribe" || channel === undefined) return undefined;
  subscribe(channel);
  return JSON.stringify({ type: "ok", id });
}

/** What every subscriber of the channel gets. */
export function encodeEvent({ channel, data }: Publish): string {
  return JSON.stringify({ type: "event", channel, event: data });
}
