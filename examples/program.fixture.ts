import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Program {
  /** Resolves with the match as soon as the output has one; rejects when the program ends before. */
  says(what: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended by itself, and rejects when that was with a failure. */
  done(): Promise<void>;
  /** SIGKILL, unless another signal is named. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

export interface Running {
  /** The folder that it runs in. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a script on the Node that runs the test. */
export function runNode(args: readonly string[], { cwd, env = {} }: Running): Program {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return {
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = what.exec(output);
          if (found) resolve(found);
        };
        look();
        for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
        ended.then(() => reject(new Error(`it ended without saying ${what}:\n${output}`)), reject);
      }),
    async done() {
      await ended;
      if (child.exitCode !== 0) throw new Error(output);
    },
    async end(signal = "SIGKILL") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
