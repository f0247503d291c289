import { stat } from "node:fs/promises";
import type { Clock } from "./clock.ts";

/**
 * Calls `changed` when one of the files has been written or replaced. Looks at their times, which also sees the swap of
 * a symbolic link, as certificate tools do it. The returned function ends the watch.
 */
export function watchFiles(paths: readonly string[], options: WatchOptions): () => void {
  const { clock, everyMs, changed } = options;
  const stamp = async (): Promise<string> => {
    const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs));
    return times.join(" ");
  };
  let last: string | undefined;
  let ended = false;
  const look = (): void => {
    stamp().then(
      (now) => {
        const before = last;
        last = now;
        if (!ended && before !== undefined && before !== now) changed();
      },
      // A file that is away for a moment is being replaced.
      () => undefined,
    );
  };
  look();
  const stopLooking = clock.every(everyMs, look);
  return () => {
    ended = true;
    stopLooking();
  };
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly changed: () => void;
}
