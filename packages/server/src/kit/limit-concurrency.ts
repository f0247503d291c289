/** Runs work, no more than so many pieces at a time; the rest waits in the order in which it came. */
export type Limited = <T>(work: () => Promise<T>) => Promise<T>;

export function limitConcurrency(width: number): Limited {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < width) running++;
    // Whoever ends hands its place on, so that nobody who comes later gets in between.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
