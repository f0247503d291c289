import { type Clock, pause } from "../kit/clock.ts";
import { type Attempts, type Command, cameTooFast, type Outcome } from "./attempts.ts";
import { QueueFullError } from "./failure.ts";

export interface QueueOptions {
  /** How long the first publication waits for others; 0: only for those of the same turn of the event loop. */
  readonly windowMs: number;
  /** At most so many in one request. */
  readonly maxCommands: number;
  /** At most so many characters in one request, unless one publication alone has more. */
  readonly maxChars: number;
  /** So many may be without an outcome; one more is refused with `QueueFullError`. */
  readonly maxWaiting: number;
}

export interface PublishQueue {
  add(command: Command): Promise<Outcome>;
  /** Resolves when everything that was added so far has its outcome. */
  flush(): Promise<void>;
}

/**
 * One request after another, each with all that came meanwhile: a lone publication waits for nobody, many share requests,
 * and publications arrive in the order in which they were added. Only those that came too fast for their tenant's limit, and
 * the rest of a request of which a part was taken, may fall behind.
 */
export function createPublishQueue(attempts: Attempts, options: QueueOptions, clock: Clock): PublishQueue {
  const waiting: Waiting[] = [];
  const open = new Set<Promise<Outcome>>();
  let draining = false;

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
      const answers = pair(batch, await attempts.untilAnswered(commandsOf(batch)));
      settle(answers.filter(({ outcome }) => !cameTooFast(outcome)));
      void goOn(answers.filter(({ outcome }) => cameTooFast(outcome)));
    }
    draining = false;
  }

  /** Beside the queue, in one request for all of them. */
  async function goOn(answers: readonly Answered[]): Promise<void> {
    const late = answers.map(({ entry }) => entry);
    const outcomes = answers.map(({ outcome }) => outcome);
    settle(pair(late, await attempts.goOn(commandsOf(late), outcomes)));
  }

  return {
    async add(command) {
      if (open.size >= options.maxWaiting) {
        return { failure: new QueueFullError(`${open.size} publications are on their way already`) };
      }
      const outcome = new Promise<Outcome>((resolve) => waiting.push({ command, resolve })).finally(() => {
        open.delete(outcome);
      });
      open.add(outcome);
      if (!draining) {
        draining = true;
        void drain();
      }
      return outcome;
    },
    async flush() {
      await Promise.all(open);
    },
  };
}

interface Waiting {
  readonly command: Command;
  readonly resolve: (outcome: Outcome) => void;
}

interface Answered {
  readonly entry: Waiting;
  readonly outcome: Outcome;
}

const commandsOf = (batch: readonly Waiting[]): readonly Command[] => batch.map(({ command }) => command);

const pair = (batch: readonly Waiting[], outcomes: readonly Outcome[]): readonly Answered[] =>
  batch.flatMap((entry, index) => {
    const outcome = outcomes[index];
    return outcome ? [{ entry, outcome }] : [];
  });

function settle(answers: readonly Answered[]): void {
  for (const { entry, outcome } of answers) entry.resolve(outcome);
}
