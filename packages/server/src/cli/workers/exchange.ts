import type { Clock } from "../../kit/clock.ts";

/** What the parent and its workers ask each other. */
export type Question = "figures" | "ailment";

/** Between the parent and one worker; JSON. */
export type Message =
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  | { readonly type: "answer"; readonly id: number; readonly value?: unknown }
  /** A worker serves. */
  | { readonly type: "ready"; readonly url: string }
  /** A worker is to let its clients leave and to end. */
  | { readonly type: "stop" }
  /** The last figures of a worker that ends. */
  | { readonly type: "last"; readonly figures: unknown };

export interface Exchange {
  /** `undefined` when no answer came in time. */
  ask(question: Question, patienceMs: number): Promise<Answered | undefined>;
  /** Takes questions and answers; other messages are left to the caller. */
  receive(message: Message): void;
}

/** Tells an answer that is nothing from none. */
export interface Answered {
  readonly value: unknown;
}

export interface ExchangeOptions {
  readonly clock: Clock;
  readonly send: (message: Message) => void;
  readonly answer: (question: Question) => unknown;
}

/** Questions and answers over one channel between two processes. */
export function createExchange({ clock, send, answer }: ExchangeOptions): Exchange {
  const open = new Map<number, (answered: Answered | undefined) => void>();
  let asked = 0;

  async function reply(id: number, question: Question): Promise<void> {
    send({ type: "answer", id, value: await answer(question) });
  }

  return {
    ask(question, patienceMs) {
      return new Promise((resolve) => {
        const id = ++asked;
        const settle = (answered: Answered | undefined): void => {
          cancel();
          open.delete(id);
          resolve(answered);
        };
        const cancel = clock.after(patienceMs, () => settle(undefined));
        open.set(id, settle);
        send({ type: "ask", id, question });
      });
    },

    receive(message) {
      if (message.type === "ask") reply(message.id, message.question).catch(() => {});
      else if (message.type === "answer") open.get(message.id)?.({ value: message.value });
    },
  };
}
