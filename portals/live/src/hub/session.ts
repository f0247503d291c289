/** What the hub tells a visitor of the page. */
export interface LiveSession {
  readonly token: string;
  readonly tenant: string;
  readonly otherTenant: string;
  readonly user: string;
  readonly channels: { readonly host: string; readonly chat: string };
  readonly api: { readonly url: string; readonly key: string };
  /** Relative to the page. */
  readonly paths: { readonly websocket: string; readonly api: string };
  /** The hub's clock, in milliseconds. */
  readonly time: number;
}

export interface TimedSession extends LiveSession {
  /** Hub clock minus browser clock in milliseconds; 0 when they agree within what the request can tell. */
  readonly clockOffset: number;
}

/** Asks for a session; naming `user` keeps the identity when the token is renewed. */
export async function fetchSession(user?: string): Promise<TimedSession> {
  const query = user === undefined ? "" : `?user=${encodeURIComponent(user)}`;
  const asked = Date.now();
  const response = await fetch(`live/session${query}`, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(`live/session answered ${response.status}`);
  const session = (await response.json()) as LiveSession;
  const answered = Date.now();
  const offset = session.time - (asked + answered) / 2;
  const uncertainty = (answered - asked) / 2 + 1;
  return { ...session, clockOffset: Math.abs(offset) > uncertainty ? offset : 0 };
}
