/** What a server of this bench is asked over the channel to its parent. */
export interface Question {
  readonly ask: "calls" | "memory" | "flood";
  readonly count?: number;
}

/** Of one process, in bytes, after its garbage was collected. */
export interface Memory {
  readonly resident: number;
  /** What lives in the JavaScript heap. */
  readonly live: number;
}

/** What every server here answers, and what only some do. */
export interface Answers {
  /** Says so many updates to the room `crowd`; the last one is marked. */
  flood(count: number): void;
  /** How long each of many calls takes, in milliseconds. */
  calls?(): Readonly<Record<"register" | "publish" | "emit", readonly number[]>>;
}

/** Tells the parent the port and answers its questions; ends when it has gone. */
export function answerParent(port: number, { flood, calls }: Answers): void {
  const answers = {
    flood: (count = 0) => {
      flood(count);
      return true;
    },
    calls: () => calls?.(),
    memory: (): Memory => {
      (globalThis as { gc?: () => void }).gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      return { resident: rss, live: heapUsed };
    },
  };
  process.on("message", ({ ask, count }: Question) => process.send?.({ answer: answers[ask](count) }));
  process.on("disconnect", () => process.exit());
  process.send?.({ port });
}
