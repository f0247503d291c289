import { EventEmitter } from "node:events";
import type { RunningServer, Siblings } from "../../compose.ts";
import type { Clock } from "../../kit/clock.ts";
import type { MetricFamily } from "../../observe/index.ts";
import type { ParentLink, Signals } from "../command.ts";
import { createExchange, type Message } from "./exchange.ts";

type Own = Pick<RunningServer, "url" | "figures" | "ailment">;

/** What a worker is to its parent. */
export interface WorkerSide {
  readonly siblings: Siblings;
  /** Tells once to stop: when the parent says so or is gone, or the operator means this worker alone. */
  readonly signals: Signals;
  /** The worker serves. */
  ready(server: Own): void;
  /** The worker has stopped; resolves when the parent knows its last figures. */
  finished(): Promise<void>;
}

export interface WorkerSideOptions {
  readonly parent: ParentLink;
  /** Of the process. */
  readonly signals: Signals;
  readonly clock: Clock;
}

/** The parent has asked everybody by then. */
const ASK_MS = 6_000;

export function createWorkerSide({ parent, signals, clock }: WorkerSideOptions): WorkerSide {
  const orders = new EventEmitter();
  let server: Own | undefined;
  let told = false;
  const exchange = createExchange({
    clock,
    send: (message) => parent.send(message),
    answer: (question) => (question === "figures" ? server?.figures() : server?.ailment()),
  });

  function stop(): void {
    if (told) return;
    told = true;
    orders.emit("SIGTERM");
  }

  parent.onMessage((received) => {
    const message = received as Message;
    if (message.type === "stop") stop();
    else exchange.receive(message);
  });
  parent.onGone(stop);
  signals.on("SIGTERM", stop);
  // Ctrl+C reaches all processes of a terminal; the parent alone decides what it means.
  signals.on("SIGINT", () => {});

  return {
    siblings: {
      async figures() {
        const answered = await exchange.ask("figures", ASK_MS);
        return answered ? (answered.value as readonly MetricFamily[]) : (server?.figures() ?? []);
      },
      async ailment() {
        const answered = await exchange.ask("ailment", ASK_MS);
        return answered ? (answered.value as string | undefined) : server?.ailment();
      },
    },
    signals: orders,
    ready(started) {
      server = started;
      parent.send({ type: "ready", url: started.url });
    },
    finished: () => new Promise((resolve) => parent.send({ type: "last", figures: server?.figures() }, resolve)),
  };
}
