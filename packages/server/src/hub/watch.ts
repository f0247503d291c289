import type { Clock } from "../kit/clock.ts";

export interface WatchOptions {
  readonly clock: Clock;
  /** Tells the other nodes that these resources are watched. */
  readonly announce: (resources: readonly string[]) => void;
  /** How long a resource counts as watched after the last announcement: who comes back in that time recovers. */
  readonly holdMs: number;
}

/** Which resources operators watch over all tenants (`tenant:*:{resource}`), on any node. */
export interface Watch {
  isWatched(resource: string): boolean;
  /** Somebody on this node watches from now on. */
  begin(resource: string): void;
  /** The last one on this node has left. */
  end(resource: string): void;
  /** Another node has announced. */
  note(resources: readonly string[]): void;
  stop(): void;
}

/** Shorter than `holdMs` by far, so that a lost message ends no watch. */
const ANNOUNCE_MS = 3_000;

export function createWatch({ clock, announce, holdMs }: WatchOptions): Watch {
  const until = new Map<string, number>();
  const own = new Set<string>();

  function hold(resources: Iterable<string>): void {
    const end = clock.monotonic() + holdMs;
    for (const resource of resources) until.set(resource, end);
  }

  const cancel = clock.every(ANNOUNCE_MS, () => {
    if (own.size > 0) {
      hold(own);
      announce([...own]);
    }
    const now = clock.monotonic();
    for (const [resource, end] of until) if (end <= now) until.delete(resource);
  });

  return {
    isWatched: (resource) => until.size > 0 && until.has(resource),
    begin(resource) {
      own.add(resource);
      hold([resource]);
      announce([resource]);
    },
    end(resource) {
      own.delete(resource);
    },
    note: hold,
    stop: cancel,
  };
}
