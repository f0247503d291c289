import { existsSync } from "node:fs";
import { type LoadedConfig, loadConfig } from "../config/load.ts";

const DEFAULT_FILE = "config.json";

/** The flag of every command that reads the configuration. */
export const configFlag = {
  type: "string",
  alias: "c",
  valueHint: "FILE",
  description: "configuration in JSON, YAML or TOML; config.json here when absent",
} as const;

/** The file that a command reads: the one it was given, or `config.json` when there is one. */
export function configFile(given: string | undefined): string | undefined {
  return given ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
}

/** Reads the configuration for a command. Throws `ConfigError`. */
export function loadSettings(given: string | undefined, flags: Readonly<Record<string, string>> = {}): LoadedConfig {
  const file = configFile(given);
  return loadConfig({ ...(file === undefined ? {} : { file }), flags });
}
