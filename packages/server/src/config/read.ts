import { type TextValues, visitOptions } from "./environment.ts";
import { nearest } from "./nearest.ts";
import { kindOf, type Result, readText, readValue, type ValueOption } from "./read-value.ts";
import { isOption, type LaterOption, type ListOption, type Option, type Section } from "./schema/option.ts";
import { shapeOf } from "./schema.ts";

type Values = Readonly<Record<string, unknown>>;

/** Every option with its value, and everything that is wrong, found in one pass. */
export interface Reading {
  readonly values: Values;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** What one reading knows and collects on its way. */
interface Reader {
  readonly texts: TextValues;
  /** Every path of the schema, to find what a misplaced key means. */
  readonly paths: readonly string[];
  /** The sections read so far, by path. */
  readonly sections: Map<string, Values>;
  readonly problems: string[];
  readonly warnings: string[];
}

/** A place in the configuration. */
interface Slot {
  readonly path: string;
  /** What the file has there. */
  readonly found: unknown;
  /** What counts when the file has nothing, instead of the default. */
  readonly inherited?: unknown;
  /** Options of list items cannot be named by a variable or a flag. */
  readonly inList: boolean;
}

const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const memberOf = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** Reads a parsed file and the text values, which win over it, by the schema. Never throws, whatever `raw` is. */
export function readSchema(schema: Section, raw: unknown, texts: TextValues): Reading {
  const paths: string[] = [];
  visitOptions(schema, (path) => paths.push(path));
  const reader: Reader = { texts, paths, sections: new Map(), problems: [], warnings: [] };
  const values = readSection(reader, schema, { path: "", found: raw, inList: false });
  return { values, problems: reader.problems, warnings: reader.warnings };
}

function readSection(reader: Reader, section: Section, slot: Slot): Values {
  const { found, path, inherited, inList } = slot;
  if (!isAbsent(found) && !isRecord(found)) {
    reader.problems.push(`${path || "the file"}: found ${kindOf(found)}, expected an object`);
    return {};
  }
  const inner = (name: string): Slot => ({
    path: path ? `${path}.${name}` : name,
    found: memberOf(found, name),
    inherited: memberOf(inherited, name),
    inList,
  });
  for (const name of Object.keys(found ?? {})) {
    if (!Object.hasOwn(section, name)) reader.problems.push(describeUnknown(reader, section, inner(name)));
  }
  const values: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(section)) {
    const at = inner(name);
    if (!isOption(node)) values[name] = readSection(reader, node, at);
    else if (node.type !== "later") values[name] = readOption(reader, node, at);
    else if (asksForSomething(at.found)) {
      reader.warnings.push(`${at.path} is known from Centrifugo and not supported yet; it has no effect`);
    }
  }
  reader.sections.set(path, values);
  return values;
}

function readOption(reader: Reader, option: Exclude<Option, LaterOption>, slot: Slot): unknown {
  const { path, found, inherited } = slot;
  if (option.type === "shape") {
    const source = option.inherits === undefined ? inherited : reader.sections.get(option.inherits);
    return readSection(reader, shapeOf(option.shape), { ...slot, inherited: source });
  }
  const given = slot.inList ? undefined : reader.texts.get(path);
  if (option.type === "list") {
    return readList(reader, option, given ? { ...slot, found: parseList(reader, given.text, given.origin) } : slot);
  }
  if (given) return accept(reader, readText(option, given.text), `${given.origin} (${path})`);
  if (!isAbsent(found)) return accept(reader, readValue(option, found), path);
  return inherited ?? readDefault(reader, option, path);
}

function accept(reader: Reader, result: Result, where: string): unknown {
  if ("value" in result) return result.value;
  reader.problems.push(`${where}: ${result.problem}`);
  return undefined;
}

/** A default that breaks the pattern of its option makes the option required. */
function readDefault(reader: Reader, option: ValueOption, path: string): unknown {
  const result = readValue(option, option.default);
  if ("value" in result) return result.value;
  const expected = option.type === "string" && option.expected ? `, expected ${option.expected}` : "";
  reader.problems.push(`${path}: missing${expected}`);
  return undefined;
}

function parseList(reader: Reader, text: string, origin: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    reader.problems.push(`${origin}: not valid JSON, expected a JSON list of objects`);
    return undefined;
  }
}

function readList(reader: Reader, option: ListOption, { path, found }: Slot): readonly Values[] {
  const { unique = "", shorthand } = option;
  if (isAbsent(found)) return [];
  if (!Array.isArray(found)) {
    reader.problems.push(`${path}: found ${kindOf(found)}, expected a list of objects`);
    return [];
  }
  const owners = new Map<unknown, string>();
  return found.map((item: unknown, index) => {
    const at = `${path}[${index}]`;
    const full = shorthand !== undefined && typeof item === "string" ? { [shorthand]: item } : item;
    const values = readSection(reader, shapeOf(option.item), { path: at, found: full, inList: true });
    const key = values[unique];
    const owner = owners.get(key);
    if (key && owner) reader.problems.push(`${at}.${unique}: the same as in ${owner}; it must be unique`);
    else owners.set(key, at);
    return values;
  });
}

function describeUnknown(reader: Reader, section: Section, { path, inList }: Slot): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const sibling = nearest(name, Object.keys(section));
  const meant = sibling
    ? path.slice(0, path.length - name.length) + sibling
    : // A key of an older layout often is the end of its new path: token_hmac_secret_key.
      reader.paths.find((known) => !inList && `_${known.replaceAll(".", "_")}`.endsWith(`_${name}`));
  return `${path}: no such option${meant ? `; did you mean ${meant}?` : ""}`;
}

/** Files that list every option of Centrifugo are common; only what is switched on deserves a warning. */
function asksForSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value)) return Object.values(value).some(asksForSomething);
  return !isAbsent(value) && value !== false && value !== "" && value !== 0 && value !== "0s";
}
