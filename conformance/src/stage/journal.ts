/** How long a test waits for what must happen; nothing takes a tenth of it on a quiet machine. */
const PATIENCE_MS = 60_000;

/** Everything that one listener was told, in order, and a way to wait for more. */
export interface Journal<T> {
  readonly entries: readonly T[];
  /** Resolves with the first entry that fits, also one of the past. */
  first(fits?: (entry: T) => boolean): Promise<T>;
  /** Resolves when there are so many. */
  count(enough: number): Promise<readonly T[]>;
  /** Resolves as soon as `holds` does; fails naming `what`. */
  until(holds: (entries: readonly T[]) => boolean, what: string): Promise<void>;
}

export interface OpenJournal<T> extends Journal<T> {
  note(entry: T): void;
}

/** Writes down what `listen` tells from now on. */
export function journal<T>(listen: (note: (entry: T) => void) => void): Journal<T> {
  const opened = createJournal<T>();
  listen(opened.note);
  return opened;
}

export function createJournal<T>(patienceMs: number = PATIENCE_MS): OpenJournal<T> {
  const entries: T[] = [];
  const watchers = new Set<() => void>();

  function until(holds: (entries: readonly T[]) => boolean, what: string): Promise<void> {
    if (holds(entries)) return Promise.resolve();
    const place = new Error(`waited in vain for ${what}`);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        watchers.delete(watch);
      };
      const watch = (): void => {
        if (!holds(entries)) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        place.message += `; ${entries.length} entries, the last ${JSON.stringify(entries.slice(-3))}`;
        reject(place);
      }, patienceMs);
      // A wait that lost a race must not keep the process.
      timer.unref();
      watchers.add(watch);
    });
  }

  return {
    entries,
    until,
    note(entry) {
      entries.push(entry);
      for (const watch of [...watchers]) watch();
    },
    async first(fits = () => true) {
      await until((all) => all.some(fits), "a fitting entry");
      const found = entries.find(fits);
      if (found === undefined) throw new Error("an entry vanished");
      return found;
    },
    async count(enough) {
      await until((all) => all.length >= enough, `${enough} entries`);
      return entries;
    },
  };
}
