import { ConfigError } from "../config/config-error.ts";
import { nearest } from "../config/nearest.ts";
import { version } from "../version.ts";
import { checkConfigCommand } from "./checkconfig.ts";
import { checkTokenCommand } from "./checktoken.ts";
import { type Command, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { defaultConfigCommand } from "./defaultconfig.ts";
import { genConfigCommand } from "./genconfig.ts";
import { genTokenCommand } from "./gentoken.ts";
import { createServeCommand } from "./serve.ts";
import { versionCommand } from "./version.ts";

const commands: ReadonlyMap<string, Command> = new Map(
  [
    // Loaded only to serve: the other commands do not wait for the whole server.
    createServeCommand(async (config, options) => (await import("../compose.ts")).startServer(config, options)),
    genConfigCommand,
    checkConfigCommand,
    defaultConfigCommand,
    genTokenCommand,
    checkTokenCommand,
    versionCommand,
  ].map((command) => [command.name, command]),
);

function help(): string {
  const lines = [...commands.values()].map(({ name, about }) => `  ${name.padEnd(14)} ${about}`);
  return `Altavoz ${version}: a multi-tenant real-time event hub

  altavoz COMMAND [FLAGS]

${lines.join("\n")}

Start with "altavoz genconfig" and "altavoz serve".
"altavoz COMMAND --help" says more.
Every option is also a variable: http_server.port is ALTAVOZ_HTTP_SERVER_PORT.
`;
}

/** Runs one command line. Never rejects: what went wrong is printed, with what to do next. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`${error.message}\nSee "altavoz ${error.command}${error.command ? " " : ""}--help".\n`);
      return 2;
    }
    if (error instanceof ConfigError) {
      const { problems } = error;
      const title = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      terminal.err(`The configuration has ${title}:\n${problems.map((problem) => `  ${problem}\n`).join("")}`);
      terminal.err('"altavoz defaultconfig --format yaml" shows every option with its meaning.\n');
      return 1;
    }
    terminal.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

async function dispatch([name, ...words]: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (name === undefined || name === "help" || isHelp(name)) {
    terminal.out(help());
    return 0;
  }
  const command = commands.get(name === "--version" || name === "-v" ? "version" : name);
  if (!command) {
    const hint = name.startsWith("-") ? "serve" : nearest(name, commands.keys());
    throw new UsageError("", `unknown command ${name}${hint ? `; did you mean "altavoz ${hint}"?` : ""}`);
  }
  if (words.some(isHelp)) {
    terminal.out(await command.help());
    return 0;
  }
  return command.run(words, terminal);
}
