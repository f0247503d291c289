import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { Log } from "../../kit/log.ts";
import { type Disconnect, disconnects } from "../values/disconnects.ts";

export interface DrainSettings {
  /** Clients that are sent away per second: so many come back elsewhere. 0 for all at once. */
  readonly perSecond: number;
  /** By then all are told, even if that takes more per second. */
  readonly withinMs: number;
}

export interface Leaving {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly sessions: ReadonlyMap<string, { disconnect(disconnect: Disconnect): void }>;
}

const WAVE_MS = 100;

/**
 * Tells all clients to come back elsewhere (3001), in waves and in a random order, so that the other nodes take them in
 * evenly. Resolves when nobody is left.
 */
export function sendAway({ sessions, clock, ids, log }: Leaving, settings: DrainSettings): Promise<void> {
  const perSecond = rateOf(sessions.size, settings, log);
  const order = perSecond === Number.POSITIVE_INFINITY ? [...sessions.keys()] : shuffled([...sessions.keys()], ids);
  const startedAt = clock.monotonic();
  let next = 0;

  return new Promise((resolve) => {
    const wave = (): void => {
      const due = ((clock.monotonic() - startedAt + WAVE_MS) / 1000) * perSecond;
      for (; next < order.length && next < due; next++)
        sessions.get(order[next] ?? "")?.disconnect(disconnects.shutdown);
      if (next === order.length) resolve();
      // Nodes that stop together do not send their waves at the same moments.
      else clock.after(WAVE_MS * (0.5 + ids.fraction()), wave);
    };
    wave();
  });
}

const shuffled = (keys: readonly string[], ids: Ids): readonly string[] =>
  keys
    .map((key) => ({ key, at: ids.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ key }) => key);

function rateOf(clients: number, { perSecond, withinMs }: DrainSettings, log: Log): number {
  const configured = perSecond > 0 ? perSecond : Number.POSITIVE_INFINITY;
  const needed = Math.ceil(clients / Math.max(withinMs / 1000, WAVE_MS / 1000));
  if (needed <= configured) return configured;
  log.warn("more clients are sent away per second than configured: otherwise the time would not suffice", {
    configured,
    perSecond: needed,
  });
  return needed;
}
