/**
 * The words in which options are declared. A section is a plain object; a member with a `type` is an option, one
 * without is a section in it. Durations are written as Go writes them ("25s") and read as milliseconds.
 */
export type Option =
  | StringOption
  | BoolOption
  | IntOption
  | DurationOption
  | RegexOption
  | EnumOption
  | StringsOption
  | MapOption
  | JsonOption
  | ShapeOption
  | ListOption
  | LaterOption;

interface Described {
  /** One line for the reference page. */
  readonly about: string;
}
/** A secret is never printed: not in an error, not in a log, not by a command. */
export interface StringOption extends Described {
  readonly type: "string";
  readonly default: string;
  readonly secret?: true;
  /** What a value must match; a default that does not match makes the option required. */
  readonly pattern?: string;
  /** The pattern in words. */
  readonly expected?: string;
}
export interface BoolOption extends Described {
  readonly type: "bool";
  readonly default: boolean;
}
export interface IntOption extends Described {
  readonly type: "int";
  readonly default: number;
  /** 0 when absent. */
  readonly min?: number;
  readonly max?: number;
  /** Centrifugo writes it as text, so digits in quotes are a number too. */
  readonly quoted?: true;
}
export interface DurationOption extends Described {
  readonly type: "duration";
  readonly default: string;
}
/** Written as Go writes it, read as the source of a JavaScript expression without flags; "" for none. */
export interface RegexOption extends Described {
  readonly type: "regex";
  readonly default: "";
}
export interface EnumOption extends Described {
  readonly type: "enum";
  readonly of: readonly string[];
  readonly default: string;
}
export interface StringsOption extends Described {
  readonly type: "strings";
  readonly default: readonly string[];
  readonly of?: readonly string[];
  /** A bare text stands for a list of only it. */
  readonly single?: true;
  readonly secret?: true;
}
/** Texts by name. */
export interface MapOption extends Described {
  readonly type: "map";
  readonly default: Readonly<Record<string, string>>;
  readonly secret?: true;
}
/** Any object, for whoever understands what is in it. */
export interface JsonOption extends Described {
  readonly type: "json";
  readonly default: Readonly<Record<string, unknown>>;
}
/** A section declared once and used in several places. */
export interface ShapeOption extends Described {
  readonly type: "shape";
  readonly shape: string;
  /** Path of an earlier section of this shape, which says the values that are not set here. */
  readonly inherits?: string;
}
export interface ListOption extends Described {
  readonly type: "list";
  readonly item: string;
  /** The member whose values must be unique in the list. */
  readonly unique?: string;
  /** A bare string stands for an item with only this member. */
  readonly shorthand?: string;
}
/** Known from Centrifugo v6 and not here yet, with everything below it: named in a warning, never refused. */
export interface LaterOption {
  readonly type: "later";
}

export interface Section {
  readonly [name: string]: Option | Section;
}

export const isOption = (node: Option | Section): node is Option => typeof node.type === "string";

type Supported<S> = { [K in keyof S]: S[K] extends LaterOption ? never : K }[keyof S];

/** The value that a section has after loading: every option present, in its own type. */
export type SectionValue<S, Shapes> = { readonly [K in Supported<S>]: NodeValue<S[K], Shapes> };

type NodeValue<N, Shapes> = N extends { readonly type: "string" | "regex" }
  ? string
  : N extends { readonly type: "bool" }
    ? boolean
    : N extends { readonly type: "int" | "duration" }
      ? number
      : N extends { readonly type: "enum"; readonly of: readonly (infer V)[] }
        ? V
        : N extends { readonly type: "strings" }
          ? readonly string[]
          : N extends { readonly type: "map" }
            ? Readonly<Record<string, string>>
            : N extends { readonly type: "json" }
              ? Readonly<Record<string, unknown>>
              : N extends { readonly type: "shape"; readonly shape: infer Name extends keyof Shapes }
                ? SectionValue<Shapes[Name], Shapes>
                : N extends { readonly type: "list"; readonly item: infer Name extends keyof Shapes }
                  ? readonly SectionValue<Shapes[Name], Shapes>[]
                  : SectionValue<N, Shapes>;
