import { checkConfig } from "./check.ts";
import { ConfigError } from "./config-error.ts";
import { readEnvironment, type TextValues } from "./environment.ts";
import { readConfigFile } from "./file.ts";
import { readSchema } from "./read.ts";
import { type Config, schema } from "./schema.ts";

export interface ConfigSources {
  /** A .json, .yaml, .yml or .toml file. Without one only the other sources count. */
  readonly file?: string;
  /** The environment of the process when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text values by option path, such as `http_server.port`. They win over everything. */
  readonly flags?: Readonly<Record<string, string>>;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/** Flags win over the environment, which wins over the file, which wins over the defaults. Throws `ConfigError`. */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const environment = readEnvironment(schema, sources.env ?? process.env);
  const flags: TextValues = new Map(
    Object.entries(sources.flags ?? {}).map(([path, text]) => [path, { text, origin: "command line" }]),
  );
  const raw = sources.file === undefined ? {} : readConfigFile(sources.file);
  return parse(raw, new Map([...environment.values, ...flags]), environment.warnings);
}

/** A configuration given as an object of the same form as a file; nothing else is read. Throws `ConfigError`. */
export function parseConfig(raw: unknown): LoadedConfig {
  return parse(raw, new Map(), []);
}

function parse(raw: unknown, texts: TextValues, earlier: readonly string[]): LoadedConfig {
  const reading = readSchema(schema, raw, texts);
  if (reading.problems.length > 0) throw new ConfigError(reading.problems);
  // The reader fills every option of the schema in its own type; only the compiler cannot follow the walk.
  const config = reading.values as unknown as Config;
  const findings = checkConfig(config);
  if (findings.problems.length > 0) throw new ConfigError(findings.problems);
  return { config, warnings: [...earlier, ...reading.warnings, ...findings.warnings] };
}
