/** Anything that a bus carries. */
export interface BusEvent {
  readonly id: string;
  readonly type: string;
}

/**
 * Brings the events of this back end to its listeners, on every instance.
 *
 * Promise: a listener gets an event at most once, and those of one instance in the order in which it published them; on
 * the publishing instance always, on the others while the way between them is up.
 */
export interface EventBus<E extends BusEvent> {
  /** Listeners here are called before it returns. Never throws: what an event is about has happened already. */
  publish(event: E): void;
  /** Returns how to stop listening. */
  subscribe(listener: (event: E) => void): () => void;
  readonly health: BusHealth;
  close(): Promise<void>;
}

export interface BusHealth {
  /** `redis`: all instances hear each other. `local`: each hears only itself. */
  readonly reach: "local" | "redis";
  /** Redis is wanted and away: events do not reach the other instances. */
  readonly degraded: boolean;
  /** Events of which it is not known that the others have heard. */
  readonly untold: number;
}
