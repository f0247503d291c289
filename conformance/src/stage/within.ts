/** Rejects, naming `what` a test waits for, when it takes longer than `ms`; nothing ends what takes so long. */
export async function within<T>(ms: number, what: string, awaited: Promise<T>): Promise<T> {
  const tooLate = new Error(`waited ${ms / 1_000} s in vain for ${what}`);
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, ms, tooLate);
  // A wait that lost a race must not keep the process.
  timer.unref();
  try {
    return await Promise.race([awaited, passed]);
  } finally {
    clearTimeout(timer);
  }
}
