import { nearest } from "./nearest.ts";
import { isOption, type Option, type Section } from "./schema/option.ts";
import { shapeOf } from "./schema.ts";

/** A value given as text, and where it was given, for error messages. */
export interface TextValue {
  readonly text: string;
  readonly origin: string;
}
/** Text values by the path of their option. */
export type TextValues = ReadonlyMap<string, TextValue>;

/** The first wins. The second lets an existing Centrifugo deployment start unchanged. */
const PREFIXES = ["ALTAVOZ_", "CENTRIFUGO_"] as const;

const nameOf = (path: string): string => path.toUpperCase().replaceAll(".", "_");

/** The environment variable of an option: the path upper-cased, dots as underscores. */
export const variableOf = (path: string): string => PREFIXES[0] + nameOf(path);

/** Calls `visit` for every option that has a path of its own, which excludes the members of list items. */
export function visitOptions(section: Section, visit: (path: string, option: Option) => void, at = ""): void {
  for (const [name, node] of Object.entries(section)) {
    const path = at + name;
    if (!isOption(node)) visitOptions(node, visit, `${path}.`);
    else if (node.type === "shape") visitOptions(shapeOf(node.shape), visit, `${path}.`);
    else visit(path, node);
  }
}

export interface EnvironmentValues {
  readonly values: TextValues;
  readonly warnings: readonly string[];
}

/** Finds the options that the environment sets, and names the variables that look like ours and are not. */
export function readEnvironment(schema: Section, env: Readonly<Record<string, string | undefined>>): EnvironmentValues {
  const paths = new Map<string, string>();
  const later: string[] = [];
  visitOptions(schema, (path, option) => {
    if (option.type === "later") later.push(nameOf(path));
    else paths.set(nameOf(path), path);
  });
  const values = new Map<string, TextValue>();
  const warnings: string[] = [];
  for (const prefix of PREFIXES) {
    for (const variable of Object.keys(env).sort()) {
      const text = env[variable];
      if (!variable.startsWith(prefix) || text === undefined) continue;
      const name = variable.slice(prefix.length);
      const path = paths.get(name);
      if (path !== undefined) {
        if (!values.has(path)) values.set(path, { text, origin: variable });
      } else if (later.some((known) => name === known || name.startsWith(`${known}_`))) {
        warnings.push(`${variable} is known from Centrifugo and not supported yet; it has no effect`);
      } else {
        const hint = nearest(name, paths.keys());
        warnings.push(
          `${variable} is not an option and has no effect${hint ? `; did you mean ${prefix}${hint}?` : ""}`,
        );
      }
    }
  }
  return { values, warnings };
}
