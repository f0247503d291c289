import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Question } from "./question.ts";

const root = new URL("../../", import.meta.url).pathname;
const built = `${root}bench/out/kpi/`;
export const secret = "the secret of the bench, 32 bytes";

export type SubjectName = "service" | "stock";

/** A server to be measured; it ends with this process, however that ends. */
export interface Subject {
  readonly url: string;
  readonly pid: number;
  ask<Answer>(question: Question): Promise<Answer>;
  stop(): void;
}

/** As packages ship them: a Node that compiles TypeScript first has a compiler in its memory. */
export function buildSubjects(): void {
  const scripts = ["service", "stock"].map((name) => `${root}bench/kpi/${name}.ts`);
  const options = ["--target=node", "--packages=external", "--outdir", built];
  const { status, stderr } = spawnSync(`${root}node_modules/.bin/bun`, ["build", ...scripts, ...options]);
  if (status !== 0) throw new Error(`the servers were not built: ${stderr}`);
}

/** A server in a process of its own: what another measure left in the heap would stand for connections. */
export async function startSubject(name: SubjectName, nodeOptions: readonly string[] = []): Promise<Subject> {
  const server = fork(`${built}${name}.js`, {
    execArgv: ["--expose-gc", ...nodeOptions],
    env: { PATH: process.env.PATH, JWT_SECRET: secret },
  });
  const { port } = await nextMessage<{ readonly port: number }>(server);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: server.pid ?? 0,
    async ask<Answer>(question: Question) {
      const answered = nextMessage<{ readonly answer: Answer }>(server);
      server.send(question);
      return (await answered).answer;
    },
    stop: () => server.disconnect(),
  };
}

export async function withSubject<Result>(
  name: SubjectName,
  measure: (subject: Subject) => Promise<Result>,
): Promise<Result> {
  const subject = await startSubject(name);
  try {
    return await measure(subject);
  } finally {
    subject.stop();
  }
}

async function nextMessage<Message>(server: ChildProcess): Promise<Message> {
  const died = once(server, "exit").then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  died.catch(() => {});
  const [message] = await Promise.race([once(server, "message"), died]);
  return message as Message;
}
