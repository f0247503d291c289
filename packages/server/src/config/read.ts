import { type TextValues, visitOptions } from "./environment.ts";
import { nearest } from "./nearest.ts";
import { kindOf, type Result, readText, readValue, type ValueOption } from "./read-value.ts";
import { isOption, type ListOption, type Option, type Section, type ShapeOption } from "./schema/option.ts";
import { shapeOf } from "./schema.ts";

type Values = Readonly<Record<string, unknown>>;

/** Every option with its value, and everything that is wrong, found in one pass. */
export interface Reading {
  readonly values: Values;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** A section being read: where it is, and what its options are when nobody sets them. */
interface Place {
  readonly section: Section;
  readonly path: string;
  /** Options of list items cannot be named by a variable or a flag. */
  readonly inList: boolean;
  readonly inherited?: Values;
}

const NOTHING: Values = {};
const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
const member = (values: unknown, name: string): unknown =>
  isRecord(values) && Object.hasOwn(values, name) ? values[name] : undefined;

/** Reads a parsed file and the text values, which win over it, by the schema. Never throws, whatever `raw` is. */
export function readSchema(schema: Section, raw: unknown, texts: TextValues): Reading {
  const problems: string[] = [];
  const warnings: string[] = [];
  const root: Record<string, unknown> = {};
  const allPaths: string[] = [];
  visitOptions(schema, (path) => allPaths.push(path));

  function readSection(place: Place, found: unknown, into: Record<string, unknown> = {}): Values {
    const { section, path } = place;
    if (found !== undefined && found !== null && !isRecord(found)) {
      problems.push(`${path || "the file"}: found ${kindOf(found)}, expected an object`);
      return into;
    }
    const source = isRecord(found) ? found : NOTHING;
    const at = path ? `${path}.` : "";
    for (const name of Object.keys(source)) {
      if (!Object.hasOwn(section, name)) problems.push(unknownKey(place, name));
    }
    for (const [name, node] of Object.entries(section)) {
      const value = member(source, name);
      if (!isOption(node)) into[name] = readSection({ section: node, path: at + name, inList: place.inList }, value);
      else if (node.type !== "later") into[name] = readOption(node, place, name, value);
      else if (asksForSomething(value)) {
        warnings.push(`${at}${name} is known from Centrifugo and not supported yet; it has no effect`);
      }
    }
    return into;
  }

  function readOption(option: Exclude<Option, { type: "later" }>, place: Place, name: string, found: unknown): unknown {
    const path = place.path ? `${place.path}.${name}` : name;
    if (option.type === "shape") return readShape(option, { ...place, path }, found);
    const text = place.inList ? undefined : texts.get(path);
    if (option.type === "list") {
      return readList(option, path, text ? parseList(text.text, text.origin) : found);
    }
    if (text) return accept(option, readText(option, text.text), `${text.origin} (${path})`);
    if (found !== undefined && found !== null) return accept(option, readValue(option, found), path);
    if (place.inherited && name in place.inherited) return place.inherited[name];
    const fallback = readValue(option, option.default);
    if ("value" in fallback) return fallback.value;
    const expected = option.type === "string" ? option.expected : undefined;
    problems.push(`${path}: missing${expected ? `, expected ${expected}` : ""}`);
    return option.default;
  }

  function accept(option: ValueOption, result: Result, label: string): unknown {
    if ("value" in result) return result.value;
    problems.push(`${label}: ${result.problem}`);
    return option.default;
  }

  function readShape(option: ShapeOption, place: Place, found: unknown): Values {
    const inherited = option.inherits?.split(".").reduce<unknown>(member, root);
    const shaped: Place = { section: shapeOf(option.shape), path: place.path, inList: place.inList };
    return readSection(isRecord(inherited) ? { ...shaped, inherited } : shaped, found);
  }

  function parseList(text: string, origin: string): unknown {
    if (text === "") return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      problems.push(`${origin}: not valid JSON, expected a JSON list of objects`);
      return undefined;
    }
  }

  function readList(option: ListOption, path: string, found: unknown): readonly Values[] {
    if (found === undefined || found === null) return [];
    if (!Array.isArray(found)) {
      problems.push(`${path}: found ${kindOf(found)}, expected a list of objects`);
      return [];
    }
    const places = new Map<unknown, string>();
    return found.map((item: unknown, index) => {
      const section = shapeOf(option.item);
      const short = option.shorthand !== undefined && typeof item === "string" ? { [option.shorthand]: item } : item;
      const values = readSection({ section, path: `${path}[${index}]`, inList: true }, short ?? NOTHING);
      const key = option.unique === undefined ? undefined : values[option.unique];
      const first = places.get(key);
      if (key && first) problems.push(`${path}[${index}].${option.unique}: the same as in ${first}; it must be unique`);
      else places.set(key, `${path}[${index}]`);
      return values;
    });
  }

  function unknownKey(place: Place, name: string): string {
    const path = place.path ? `${place.path}.${name}` : name;
    const sibling = nearest(name, Object.keys(place.section));
    const elsewhere = allPaths.find((known) => `_${known.replaceAll(".", "_")}`.endsWith(`_${name}`));
    const hint = sibling ? path.slice(0, path.length - name.length) + sibling : place.inList ? undefined : elsewhere;
    return `${path}: no such option${hint ? `; did you mean ${hint}?` : ""}`;
  }

  readSection({ section: schema, path: "", inList: false }, raw, root);
  return { values: root, problems, warnings };
}

/** Files that list every option of Centrifugo are common; only what is switched on deserves a warning. */
function asksForSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value)) return Object.values(value).some(asksForSomething);
  return value !== undefined && value !== null && value !== false && value !== "" && value !== 0 && value !== "0s";
}
