import { after, before, describe, it } from "node:test";
import { places } from "../subject/places.ts";
import type { ProfileName } from "../subject/profile.ts";
import type { Subject } from "../subject/subject.ts";
import { perform, type Run } from "./perform.ts";
import { jsonOverWebSocket, type Way } from "./ways.ts";

export interface Chapter {
  readonly profile: ProfileName;
  /** The tests mostly wait, so they may wait together. */
  readonly together?: boolean;
  /** How clients connect, each for all tests; JSON over WebSocket unless told. */
  readonly ways?: readonly Way[];
}

/** Declares a test; a name is a sentence. */
export interface Declare {
  (name: string, run: Run): void;
  /** A promise of ours beyond the protocol. Another server declines it, with `why` as the reason. */
  ours(why: string, name: string, run: Run): void;
}

/** Tests of one theme, for every place under judgement. */
export function conformance(
  theme: string,
  { profile, together = false, ways = [jsonOverWebSocket] }: Chapter,
  define: (test: Declare) => void,
): void {
  describe(theme, { concurrency: together }, () => {
    for (const place of places()) {
      const reason = place.declines(profile);
      describe(place.name, { concurrency: together ? 8 : 1, skip: reason ?? false }, () => {
        let subject: Subject | undefined;
        before(async () => {
          if (!reason) subject = await place.open(profile);
        });
        after(() => subject?.stop());
        const open = (): Subject => {
          if (!subject) throw new Error("there is no server");
          return subject;
        };
        const declareAll = (way: Way): void => {
          const declare = (name: string, run: Run, declined: string | false): void =>
            void it(name, { skip: declined }, () =>
              perform(open(), { way, another: (port) => place.open(profile, port) }, run),
            );
          const test: Declare = Object.assign((name: string, run: Run) => declare(name, run, false), {
            ours: (why: string, name: string, run: Run) => declare(name, run, place.foreign && why),
          });
          define(test);
        };
        for (const way of ways) {
          if (ways.length === 1) declareAll(way);
          else describe(way.name, { concurrency: together ? 8 : 1 }, () => declareAll(way));
        }
      });
    }
  });
}
