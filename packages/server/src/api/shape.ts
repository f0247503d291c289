import { HubError } from "../hub/index.ts";
import { type Filter, FilterError, parseFilter } from "../kit/filter.ts";
import { compactJson, rawElements, rawMember } from "../kit/raw-json.ts";

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a value of a request may be: how it is described and how it is read. */
export interface Shape<T> {
  readonly schema: Schema;
  readonly optional: boolean;
  /** Reading needs the value's own text. */
  readonly needsText: boolean;
  /**
   * `path` names the value in errors; `text` is its JSON text when `needsText`, otherwise anything.
   * Throws `HubError` badRequest that says where, what was found and what was expected.
   */
  read(value: unknown, path: string, text: string): T;
}

export type Read<F> = { readonly [K in keyof F]: F[K] extends Shape<infer T> ? T : never };
export type Fields = Readonly<Record<string, Shape<unknown>>>;

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number") return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export const wrong = (path: string, expected: string, found: unknown): HubError =>
  new HubError("badRequest", `${path || "the request"}: expected ${expected}, found ${describe(found)}`);

function scalar<T>(schema: Schema, expected: string, is: (value: unknown) => value is T): Shape<T> {
  return {
    schema,
    optional: false,
    needsText: false,
    read(value, path) {
      if (is(value)) return value;
      throw wrong(path, expected, value);
    },
  };
}

const isString = (value: unknown): value is string => typeof value === "string";

export const text: Shape<string> = scalar({ type: "string" }, "a string", isString);

export const flag: Shape<boolean> = scalar(
  { type: "boolean" },
  "true or false",
  (value): value is boolean => typeof value === "boolean",
);

/** A whole number that JavaScript holds exactly. */
export const integer = (minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Shape<number> =>
  scalar(
    { type: "integer", minimum, maximum },
    `a whole number from ${minimum} to ${maximum}`,
    (value): value is number => Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
  );

/** Any JSON, kept as it was written: numbers, order of keys and escapes. On one line. */
export const json: Shape<string> = {
  schema: {},
  optional: false,
  needsText: true,
  read(value, path, written) {
    if (value === undefined) throw wrong(path, "any JSON", value);
    return compactJson(written);
  },
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export const base64: Shape<Uint8Array> = {
  schema: { type: "string", contentEncoding: "base64" },
  optional: false,
  needsText: false,
  read(value, path) {
    if (!isString(value)) throw wrong(path, "base64 in a string", value);
    if (value.length % 4 !== 0 || !BASE64.test(value))
      throw new HubError("badRequest", `${path}: expected base64 with padding`);
    return new Uint8Array(Buffer.from(value, "base64"));
  },
};

export function list<T>(element: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { type: "array", items: element.schema },
    optional: false,
    needsText: element.needsText,
    read(value, path, written) {
      if (!Array.isArray(value)) throw wrong(path, "an array", value);
      const texts = element.needsText ? rawElements(written) : [];
      return value.map((item, index) => element.read(item, `${path}[${index}]`, texts[index] ?? ""));
    },
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const placeOf = (path: string, name: string): string => {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return path === "" ? shown : `${path}.${shown}`;
};

/** An object with values of one shape under any names. */
export function map<T>(element: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    schema: { type: "object", additionalProperties: element.schema },
    optional: false,
    needsText: false,
    read(value, path) {
      if (!isRecord(value)) throw wrong(path, "an object", value);
      const read = Object.entries(value).map(([name, item]) => [name, element.read(item, placeOf(path, name), "")]);
      return Object.fromEntries(read);
    },
  };
}

/** An object with these members; others are ignored, and null is as good as absent except where a member must be there. */
export function object<F extends Fields>(fields: F): Shape<Read<F>> {
  const entries = Object.entries(fields);
  const required = entries.filter(([, shape]) => !shape.optional).map(([name]) => name);
  const properties = Object.fromEntries(entries.map(([name, shape]) => [name, shape.schema]));
  return {
    schema: { type: "object", properties, ...(required.length > 0 ? { required } : {}) },
    optional: false,
    needsText: entries.some(([, shape]) => shape.needsText),
    read(value, path, written) {
      if (!isRecord(value)) throw wrong(path, "an object", value);
      const result: Record<string, unknown> = {};
      for (const [name, shape] of entries) {
        const member = value[name];
        const memberText = shape.needsText && member !== undefined ? (rawMember(written, name) ?? "") : "";
        result[name] = shape.read(member, placeOf(path, name), memberText);
      }
      return result as Read<F>;
    },
  };
}

/** May be absent or null; then it is `fallback`. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined>;
export function optional<T>(shape: Shape<T>, fallback: T): Shape<T>;
export function optional<T>(shape: Shape<T>, fallback?: T): Shape<T | undefined> {
  return {
    ...shape,
    optional: true,
    read: (value, path, written) =>
      value === undefined || value === null ? fallback : shape.read(value, path, written),
  };
}

/** The same shape with a word on what it means. */
export const about = <T>(shape: Shape<T>, description: string): Shape<T> => ({
  ...shape,
  schema: { ...shape.schema, description },
});

/** A tree of comparisons on labels or tags. */
export const filter: Shape<Filter> = {
  schema: {
    type: "object",
    properties: {
      op: { enum: ["", "and", "or", "not"], description: "Joins nodes; empty for a comparison." },
      key: text.schema,
      cmp: { enum: ["eq", "neq", "in", "nin", "ex", "nex", "sw", "ew", "ct", "lt", "lte", "gt", "gte"] },
      val: text.schema,
      vals: { type: "array", items: text.schema },
      nodes: { type: "array", items: { type: "object", description: "The same again." } },
    },
  },
  optional: false,
  needsText: false,
  read(value, path) {
    try {
      return parseFilter(value);
    } catch (error) {
      if (error instanceof FilterError) throw new HubError("badRequest", `${path}: ${error.message}`);
      throw error;
    }
  },
};
