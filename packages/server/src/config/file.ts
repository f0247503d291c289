import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import { parseDocument } from "yaml";
import { ConfigError } from "./config-error.ts";

/** What a configuration file says, by its extension. Never quotes the file in an error: it may hold secrets. */
export function readConfigFile(file: string): unknown {
  const parse = parsers.get(extname(file).toLowerCase());
  if (!parse) throw new ConfigError([`${file}: a configuration file ends in .json, .yaml, .yml or .toml`]);
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new ConfigError([`${file}: cannot be read (${code}); "altavoz genconfig --config ${file}" makes a new one`]);
  }
  return parse(text, file);
}

function readJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConfigError([`${file}: not valid JSON${jsonPlace(text)}`]);
  }
}

/** Runtimes word JSON errors differently and some quote the text, so the place is found by other means. */
function jsonPlace(text: string): string {
  const comma = /,\s*[}\]]/.exec(text);
  const [error] = parseDocument(text, { schema: "json" }).errors;
  const start = error?.linePos?.[0];
  if (start) return ` near line ${start.line}, column ${start.col}`;
  return comma ? `: a comma before a closing bracket in line ${text.slice(0, comma.index).split("\n").length}` : "";
}

function readYaml(text: string, file: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (!error) {
    try {
      return document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch {
      throw new ConfigError([`${file}: an alias in this YAML cannot be resolved`]);
    }
  }
  const start = error.linePos?.[0];
  throw new ConfigError([
    `${file}: not valid YAML${start ? ` in line ${start.line}, column ${start.col}` : ""} (${error.code})`,
  ]);
}

function readToml(text: string, file: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    const place = error instanceof TomlError ? ` in line ${error.line}, column ${error.column}` : "";
    throw new ConfigError([`${file}: not valid TOML${place}`]);
  }
}

const parsers: ReadonlyMap<string, (text: string, file: string) => unknown> = new Map([
  [".json", readJson],
  [".yaml", readYaml],
  [".yml", readYaml],
  [".toml", readToml],
]);
