/**
 * Loaded into every server that the bench starts, before the server's own script. It costs nothing until the bench asks
 * something, and ends the server when the bench is gone.
 */

export type ProbeQuestion = "collect-garbage" | "start-watching-loop" | "longest-block";

export interface ProbeAnswer {
  readonly value: number;
}

let longest = 0;
let watch: ReturnType<typeof setInterval> | undefined;

function answerTo(question: ProbeQuestion): number {
  if (question === "longest-block") {
    clearInterval(watch);
    return longest;
  }
  if (question === "start-watching-loop") {
    longest = 0;
    let last = performance.now();
    watch = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 1);
  } else if (typeof Bun === "undefined") {
    globalThis.gc?.();
  } else {
    Bun.gc(true);
  }
  return 0;
}

process.on("message", (question: ProbeQuestion) => {
  const answer: ProbeAnswer = { value: answerTo(question) };
  process.send?.(answer);
});
process.on("disconnect", () => process.exit(0));
// The channel alone must not keep a server alive that failed to start.
process.channel?.unref();
