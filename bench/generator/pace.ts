import type { Publisher } from "./publisher.ts";

export interface PaceOptions {
  /** Take turns; one that still waits for its answer lets its next publication wait. */
  readonly publishers: readonly Publisher[];
  readonly perSecond: number;
  /** Asked before the n-th publication, from 0. */
  goesOn(n: number): boolean;
  /** Called the moment the n-th publication is due. */
  request(n: number): Buffer;
  /** Whether a publication that failed like this is sent again, which its idempotency key has to allow; absent: never. */
  sendsAgain?(error: unknown): boolean;
}

/** Publishes at a fixed rate that does not wait for answers; resolves with how many when all are answered. */
export async function publishAtPace(options: PaceOptions): Promise<number> {
  const { publishers, perSecond, goesOn, request, sendsAgain } = options;
  const send = async (publisher: Publisher | undefined, bytes: Buffer): Promise<void> => {
    for (;;) {
      try {
        return await publisher?.send(bytes);
      } catch (error) {
        if (!sendsAgain?.(error)) throw error;
      }
    }
  };
  const answered: Promise<void>[] = publishers.map(() => Promise.resolve());
  const start = performance.now();
  let n = 0;
  for (; goesOn(n); n++) {
    const due = start + (n * 1_000) / perSecond;
    while (performance.now() < due) await Bun.sleep(1);
    const lane = n % publishers.length;
    const bytes = request(n);
    const answer = Promise.resolve(answered[lane]).then(() => send(publishers[lane], bytes));
    // A failure is reported below, when all are awaited.
    answer.catch(() => {});
    answered[lane] = answer;
  }
  await Promise.all(answered);
  return n;
}
