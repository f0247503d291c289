import type { Subject } from "../subject/subject.ts";
import { createStage, type Stage, type StageOptions } from "./stage.ts";

export type Run = (stage: Stage) => Promise<void>;

/** Plays one test against a server. When the server dies first the test fails at once, with the server's last words. */
export async function perform(subject: Subject, options: StageOptions, run: Run): Promise<void> {
  const stage = createStage(subject, options);
  try {
    await Promise.race([run(stage), subject.died]);
  } finally {
    await stage.end();
  }
}
