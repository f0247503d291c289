/** Time as an argument: product code asks a `Clock`, tests hand in a virtual one. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic time in milliseconds with a fraction; only differences mean anything. */
  monotonic(): number;
  /** Runs `task` once after `ms`; the returned function cancels it. Never keeps the process alive. */
  after(ms: number, task: () => void): () => void;
  /** Runs `task` every `ms`; the returned function ends it. Never keeps the process alive. */
  every(ms: number, task: () => void): () => void;
  /** Runs `task` in the next turn of the event loop, after pending input and output. */
  nextTurn(task: () => void): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every(ms, task) {
    const timer = setInterval(task, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
  nextTurn: (task) => {
    setImmediate(task);
  },
};
