import { type Clock, pause } from "../kit/clock.ts";
import type { Attempts, Command, Outcome } from "./attempts.ts";
import { QueueFullError } from "./failure.ts";

export interface QueueOptions {
  /** How long the first publication waits for others; 0: only for those of the same turn of the event loop. */
  readonly windowMs: number;
  /** At most so many in one request. */
  readonly maxCommands: number;
  /** At most so many characters in one request, unless one publication alone has more. */
  readonly maxChars: number;
  /** So many may wait; one more is refused with `QueueFullError`. */
  readonly maxWaiting: number;
}

export interface PublishQueue {
  add(command: Command): Promise<Outcome>;
  /** Resolves when everything that was added so far has its outcome. */
  flush(): Promise<void>;
}

interface Waiting {
  readonly command: Command;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * One request after another, each with all that came meanwhile: a lone publication waits for nobody, many share requests,
 * and publications arrive in the order in which they were added. Only one that has to be tried again may fall behind.
 */
export function createPublishQueue(attempts: Attempts, options: QueueOptions, clock: Clock): PublishQueue {
  const waiting: Waiting[] = [];
  let draining: Promise<void> | undefined;

  function next(): readonly Waiting[] {
    let chars = 0;
    let count = 0;
    for (const { command } of waiting) {
      chars += command.text.length;
      if (count === options.maxCommands || (count > 0 && chars > options.maxChars)) break;
      count++;
    }
    return waiting.splice(0, count);
  }

  async function drain(): Promise<void> {
    if (options.windowMs > 0) await pause(clock, options.windowMs);
    else await undefined;
    while (waiting.length > 0) {
      const batch = next();
      const outcomes = await attempts(batch.map(({ command }) => command));
      batch.forEach(({ settle }, index) => {
        const outcome = outcomes[index];
        if (outcome) settle(outcome);
      });
    }
    draining = undefined;
  }

  return {
    async add(command) {
      if (waiting.length >= options.maxWaiting) {
        const failure = new QueueFullError(`${options.maxWaiting} publications wait to be sent already`);
        return { failure };
      }
      const outcome = new Promise<Outcome>((settle) => waiting.push({ command, settle }));
      draining ??= drain();
      return outcome;
    },
    flush: async () => draining,
  };
}
