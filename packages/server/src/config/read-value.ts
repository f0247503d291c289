import { parseDuration } from "./duration.ts";
import { fromGoRegex } from "./go-regex.ts";
import type {
  BoolOption,
  DurationOption,
  EnumOption,
  IntOption,
  JsonOption,
  MapOption,
  RegexOption,
  StringOption,
  StringsOption,
} from "./schema/option.ts";

/** An option whose value is one value, not a tree. */
export type ValueOption =
  | StringOption
  | BoolOption
  | IntOption
  | DurationOption
  | RegexOption
  | EnumOption
  | StringsOption
  | MapOption
  | JsonOption;

/** The value of an option in its own type, or what is wrong with it. */
export type Result = { readonly value: unknown } | { readonly problem: string };

const MAX_QUOTED = 60;
const quote = (text: string): string =>
  JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}...` : text);

export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function describeFound(value: unknown): string {
  if (typeof value === "string") return quote(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

const wrong = (found: unknown, expected: string): Result => ({
  problem: `found ${describeFound(found)}, expected ${expected}`,
});

/** Reads a value of a configuration file. */
export function readValue(option: ValueOption, raw: unknown): Result {
  switch (option.type) {
    case "string":
      return readString(option, raw);
    case "bool":
      return typeof raw === "boolean" ? { value: raw } : wrong(raw, "true or false");
    case "int":
      return readInt(option, raw);
    case "duration":
      return readDuration(raw);
    case "regex":
      return readRegex(raw);
    case "enum":
      return readEnum(option, raw);
    case "strings":
      return readStrings(option, raw);
    case "map":
      return readMap(raw);
    case "json":
      return readJson(raw);
  }
}

/** Reads a value given as text: an environment variable or a flag. Empty text sets only what may be empty. */
export function readText(option: ValueOption, text: string): Result {
  switch (option.type) {
    case "bool":
      if (/^(true|1|t)$/i.test(text)) return { value: true };
      if (/^(false|0|f)$/i.test(text)) return { value: false };
      return text === "" ? { value: option.default } : wrong(text, "true or false");
    case "int":
      if (text === "") return { value: option.default };
      return readInt(option, /^-?\d+$/.test(text) ? Number(text) : text);
    case "duration":
      return readDuration(text === "" ? option.default : text);
    case "strings":
      return readStrings(option, text.split(/\s+/).filter(Boolean));
    case "map":
      return readMap(text === "" ? {} : parseJson(text));
    case "json":
      return readJson(text === "" ? {} : parseJson(text));
    default:
      return readValue(option, text);
  }
}

function readString(option: StringOption, raw: unknown): Result {
  const { pattern, expected = "text" } = option;
  if (typeof raw === "string" && (!pattern || new RegExp(pattern).test(raw))) return { value: raw };
  return option.secret ? { problem: `found ${kindOf(raw)}, expected ${expected}` } : wrong(raw, expected);
}

function readInt(option: IntOption, raw: unknown): Result {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = option;
  const value = option.quoted && typeof raw === "string" && /^\d*$/.test(raw) ? Number(raw) : raw;
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return { value };
  const range = option.max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  return wrong(raw, `a whole number ${range}`);
}

function readDuration(raw: unknown): Result {
  const value = raw === 0 ? 0 : typeof raw === "string" ? parseDuration(raw) : undefined;
  return value === undefined ? wrong(raw, 'a duration such as "500ms", "25s" or "1h30m"') : { value };
}

function readRegex(raw: unknown): Result {
  const value = typeof raw === "string" ? fromGoRegex(raw) : undefined;
  return value === undefined ? wrong(raw, "a regular expression that Go and JavaScript both know") : { value };
}

function readEnum(option: EnumOption, raw: unknown): Result {
  const expected = option.of.map((name) => JSON.stringify(name)).join(", ");
  if (typeof raw === "string") {
    if (option.of.includes(raw)) return { value: raw };
    if (raw === "") return { value: option.default };
  }
  return wrong(raw, option.of.length > 1 ? `one of ${expected}` : expected);
}

/** Values may be secret, so none is shown. */
function readMap(raw: unknown): Result {
  const isMap = typeof raw === "object" && raw !== null && !Array.isArray(raw);
  if (isMap && Object.values(raw).every((value) => typeof value === "string")) return { value: { ...raw } };
  return { problem: `found ${isMap ? "other values" : kindOf(raw)}, expected an object of texts` };
}

function readJson(raw: unknown): Result {
  const isObject = typeof raw === "object" && raw !== null && !Array.isArray(raw);
  return isObject ? { value: raw } : wrong(raw, "an object");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readStrings(option: StringsOption, raw: unknown): Result {
  if (option.single && typeof raw === "string") return { value: raw === "" ? [] : [raw] };
  if (!Array.isArray(raw)) return wrong(raw, "a list of texts");
  for (const item of raw as readonly unknown[]) {
    if (typeof item !== "string") return wrong(item, "only texts in the list");
    if (option.of && !option.of.includes(item)) return wrong(item, `any of ${option.of.join(", ")}`);
  }
  return { value: raw };
}
