import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createJournal, type Journal } from "./journal.ts";

/** A program in another language around the official client of that language. */
export interface Driver {
  readonly language: string;
  /** How to start it, or why it cannot be. Installs what it needs when `install` says so. */
  prepare(install: boolean): Promise<{ readonly command: readonly string[] } | { readonly reason: string }>;
}

export interface Told {
  readonly event: "subscribed" | "publication" | "history" | "presence";
  readonly [field: string]: unknown;
}

const FOLDER = fileURLToPath(new URL("../../drivers/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/drivers/", import.meta.url));
const INSTALL_LIMIT_MS = 240_000;

const execute = promisify(execFile);
const run = (program: string, args: readonly string[], cwd = FOLDER): Promise<unknown> =>
  execute(program, args, { cwd, timeout: INSTALL_LIMIT_MS });

const has = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );

interface Recipe {
  readonly language: string;
  readonly toolChain: readonly [program: string, ...args: string[]];
  readonly install: () => Promise<unknown>;
  readonly command: readonly string[];
}

const driver = ({ language, toolChain: [program, ...args], install, command }: Recipe): Driver => ({
  language,
  async prepare(wanted) {
    const installed = `${CACHE}${language}.installed`;
    if (!(await has(program, args))) return { reason: `no ${program}` };
    if (existsSync(installed)) return { command };
    if (!wanted) return { reason: "not installed; CONFORMANCE_DRIVERS=1 installs it" };
    mkdirSync(CACHE, { recursive: true });
    await install();
    writeFileSync(installed, "");
    return { command };
  },
});

const PYTHON = `${CACHE}python/bin/python`;
const GO = `${CACHE}go-driver`;

export const drivers: readonly Driver[] = [
  driver({
    language: "Python",
    toolChain: ["python3", "--version"],
    install: async () => {
      await run("python3", ["-m", "venv", `${CACHE}python`]);
      await run(PYTHON, ["-m", "pip", "install", "--quiet", "--requirement", "python/requirements.txt"]);
    },
    command: [PYTHON, `${FOLDER}python/drive.py`],
  }),
  driver({
    language: "Go",
    toolChain: ["go", "version"],
    install: () => run("go", ["build", "-o", GO, "."], `${FOLDER}go`),
    command: [GO],
  }),
];

export interface Driven {
  readonly told: Journal<Told>;
  /** Lets it go to its next step. */
  goOn(): void;
  /** Resolves when it has ended well. */
  ended(): Promise<void>;
  kill(): void;
}

export function drive(command: readonly string[], args: readonly string[]): Driven {
  const [program = "", ...before] = command;
  const child: ChildProcess = spawn(program, [...before, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const told = createJournal<Told>();
  const complaints: string[] = [];
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error("a driver was started without its streams");
  createInterface({ input: stdout }).on("line", (line) => told.note(JSON.parse(line) as Told));
  createInterface({ input: stderr }).on("line", (line) => complaints.push(line));
  const end = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the driver ended with ${code ?? signal}\n${complaints.slice(-20).join("\n")}`));
    });
  });
  end.catch(() => {});
  return { told, goOn: () => void stdin.write("\n"), ended: () => end, kill: () => void child.kill("SIGKILL") };
}
