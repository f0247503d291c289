import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { ExitCode, Signals } from "./command.ts";

export interface StopOptions {
  readonly signals: Signals;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Waits for SIGTERM or SIGINT and then for `stop`, which lets the clients leave in order. A second signal, or the
 * timeout, ends the wait at once with a failure.
 */
export async function untilStopped(stop: () => Promise<void>, options: StopOptions): Promise<ExitCode> {
  const { signals, timeoutMs, log } = options;
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<ExitCode>();
  let received = 0;
  const onSignal = (): void => {
    received++;
    if (received === 1) {
      first.resolve();
    } else {
      log.warn("second signal: ending at once");
      second.resolve(1);
    }
  };
  signals.on("SIGTERM", onSignal);
  signals.on("SIGINT", onSignal);
  try {
    await first.promise;
    log.info("stopping: clients are told to reconnect; a second signal ends at once", { limitMs: timeoutMs });
    return await Promise.race([second.promise, drained(stop, log), timedOut(options)]);
  } finally {
    signals.off("SIGTERM", onSignal);
    signals.off("SIGINT", onSignal);
  }
}

async function drained(stop: () => Promise<void>, log: Log): Promise<ExitCode> {
  try {
    await stop();
    log.info("stopped");
    return 0;
  } catch (error) {
    log.error("the stop failed", { error });
    return 1;
  }
}

function timedOut({ clock, timeoutMs, log }: StopOptions): Promise<ExitCode> {
  return new Promise((resolve) => {
    clock.after(timeoutMs, () => {
      log.warn("shutdown.timeout passed before every client had left: ending");
      resolve(1);
    });
  });
}
