import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { ControlMessage } from "../ports/engine.ts";

export interface NodeRef {
  readonly uid: string;
  readonly name: string;
}

/** Collected answers. `missing` are the nodes that did not answer in time: the result is then a part of the whole. */
export interface Survey<T> {
  readonly answers: readonly T[];
  readonly missing: readonly NodeRef[];
}

/** Questions to all nodes that wait for answers. */
export interface Surveys {
  /** Resolves when `own` and all `others` have answered or are out of time. Rejects only with what `own` rejects with. */
  ask<T>(question: Question, own: T | Promise<T>, others: readonly NodeRef[]): Promise<Survey<T>>;
  note(message: ControlMessage, from: string): void;
  /** The node will not answer any more; `silent` when that is a fault and not a farewell. */
  gone(node: string, silent: boolean): void;
  /** Nobody is waited for any more. */
  finishAll(): void;
}

export interface Question {
  readonly op: string;
  readonly question: unknown;
  /** How long an answer may take. */
  readonly patienceMs: number;
}

export interface SurveysOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly send: (message: ControlMessage) => Promise<void>;
}

interface Open {
  readonly expected: Map<string, NodeRef>;
  readonly missing: NodeRef[];
  readonly answers: unknown[];
  readonly finish: () => void;
}

export function createSurveys({ clock, ids, send }: SurveysOptions): Surveys {
  const surveys = new Map<string, Open>();

  function open(patienceMs: number, others: readonly NodeRef[]): { id: string; survey: Open; closed: Promise<void> } {
    const id = ids.uuid();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const finish = (): void => {
      cancel();
      surveys.delete(id);
      resolve();
    };
    const cancel = clock.after(patienceMs, finish);
    const survey: Open = {
      expected: new Map(others.map((node) => [node.uid, node])),
      missing: [],
      answers: [],
      finish,
    };
    surveys.set(id, survey);
    return { id, survey, closed };
  }

  function settle(survey: Open, node: string): NodeRef | undefined {
    const found = survey.expected.get(node);
    survey.expected.delete(node);
    return found;
  }

  return {
    async ask<T>({ op, question, patienceMs }: Question, own: T | Promise<T>, others: readonly NodeRef[]) {
      if (others.length === 0) return { answers: [await own], missing: [] };
      const { id, survey, closed } = open(patienceMs, others);
      // Nobody was asked: all others are missing.
      send({ kind: "survey", id, op, question }).catch(survey.finish);
      const [answer] = await Promise.all([own, closed]);
      return {
        answers: [answer, ...(survey.answers as T[])],
        missing: [...survey.missing, ...survey.expected.values()],
      };
    },

    note({ id, data }, from) {
      const survey = surveys.get(String(id));
      if (!survey || !settle(survey, from)) return;
      survey.answers.push(data);
      if (survey.expected.size === 0) survey.finish();
    },

    gone(node, silent) {
      for (const survey of [...surveys.values()]) {
        const ref = settle(survey, node);
        if (ref && silent) survey.missing.push(ref);
        if (survey.expected.size === 0) survey.finish();
      }
    },

    finishAll() {
      for (const survey of [...surveys.values()]) survey.finish();
    },
  };
}
