import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, type ParsedArgs, parseArgs, renderUsage } from "citty";
import { nearest } from "../config/nearest.ts";

/** What a command sees of the process; tests hand in their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly signals: Signals;
  /** Ends the process, whatever is still open. */
  exit(code: number): void;
  /** The process that started this one with a channel to it. */
  readonly parent?: ParentLink;
}

export interface ParentLink {
  send(message: object, sent?: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The parent has ended, or has closed the channel. */
  onGone(listener: () => void): void;
}

type StopSignal = "SIGINT" | "SIGTERM";
export interface Signals {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

/** 0: done. 1: it did not work. 2: it was called wrongly. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly name: string;
  readonly about: string;
  help(): Promise<string>;
  /** Throws `UsageError` for arguments that it does not know. */
  run(words: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** The command line cannot be understood. */
export class UsageError extends Error {
  readonly command: string;

  constructor(command: string, message: string) {
    super(message);
    this.name = "UsageError";
    this.command = command;
  }
}

interface CommandDefinition<T extends ArgsDef> {
  readonly name: string;
  readonly about: string;
  readonly args: T;
  run(args: ParsedArgs<T>, terminal: Terminal): ExitCode | Promise<ExitCode>;
}

/** Adds to the argument parser what it leaves out: unknown flags, flags without a value and extra words are errors. */
export function createCommand<const T extends ArgsDef>(definition: CommandDefinition<T>): Command {
  const { name, about, args } = definition;
  return {
    name,
    about,
    async help() {
      const usage = await renderUsage({ meta: { name, description: about }, args }, { meta: { name: "altavoz" } });
      return `${stripVTControlCharacters(usage).replace(/ +$/gm, "").trimEnd()}\n`;
    },
    async run(words, terminal) {
      return definition.run(parseWords(name, args, words), terminal);
    },
  };
}

function parseWords<T extends ArgsDef>(command: string, args: T, words: readonly string[]): ParsedArgs<T> {
  let parsed: ParsedArgs<T>;
  try {
    parsed = parseArgs<T>([...words], args);
  } catch (error) {
    throw new UsageError(command, stripVTControlCharacters(error instanceof Error ? error.message : String(error)));
  }
  const positionals = Object.values(args).filter(({ type }) => type === "positional").length;
  // The parser gives a flag of several words in both spellings.
  const plain = (name: string): string => name.replaceAll("-", "").toLowerCase();
  const names = Object.entries(args).flatMap(([name, arg]) => [name, "alias" in arg ? arg.alias : []].flat());
  const known = new Set(["_", ...names.map((name) => plain(name ?? ""))]);
  for (const [name, value] of Object.entries(parsed)) {
    if (!known.has(plain(name))) {
      const hint = nearest(name, Object.keys(args));
      throw new UsageError(command, `unknown flag --${name}${hint ? `; did you mean --${hint}?` : ""}`);
    }
    if (value === "") throw new UsageError(command, `--${name} needs a value`);
  }
  const extra = parsed._[positionals];
  if (extra !== undefined) throw new UsageError(command, `unexpected word ${JSON.stringify(extra)}`);
  return parsed;
}
