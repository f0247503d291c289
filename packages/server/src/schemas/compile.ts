import type { ErrorObject, Options } from "ajv";
import { createLinearRegex } from "../kit/linear-regex.ts";
import { anywhere, findExpensive, isTooDeep, whyNotLinear } from "./bounds.ts";
import { isSchema, type Schema } from "./keywords.ts";
import { describeMismatch } from "./mismatch.ts";

/** Why a value does not fit, with the failing field and what is expected there; `undefined` when it fits. */
export type Validate = (value: unknown) => string | undefined;

/** The message says where the schema is wrong and what was expected. */
export class SchemaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SchemaError";
  }
}

export interface CompileOptions {
  /** Whoever wrote the schema may hold up this process: its expressions are run as they are, and it may be of any size. */
  readonly trusted: boolean;
}

/** Makes a function of a schema, once. Throws `SchemaError`. */
export type Compile = (text: string, options: CompileOptions) => Validate;

const MAX_TEXT = 65_536;
const DRAFT_07 = /^http:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema";

const settings: Options = {
  strict: true,
  strictRequired: false,
  strictTypes: false,
  strictTuples: false,
  discriminator: true,
  verbose: true,
  logger: false,
};

/** Loads what it takes to understand JSON Schema of the drafts 2020-12 and 07, for those who need it. */
export async function createCompile(): Promise<Compile> {
  const [{ Ajv }, { Ajv2020 }, formats] = await Promise.all([
    import("ajv"),
    import("ajv/dist/2020.js"),
    import("ajv-formats"),
  ]);
  const judges = { old: new Ajv(settings), current: new Ajv2020(settings) };
  return (text, { trusted }) => {
    const given = parse(text, trusted);
    const schema = trusted ? given : (withoutForeignPatterns(given) as Schema);
    const isOld = isOldDraft(schema);
    const judge = isOld ? judges.old : judges.current;
    if (judge.validateSchema(schema) !== true) {
      throw new SchemaError(`this is no JSON Schema: ${judge.errorsText(judge.errors, { dataVar: "schema" })}`);
    }
    const expensive = trusted ? undefined : findExpensive(schema);
    if (expensive) throw new SchemaError(`${expensive.path || "the schema"}: ${expensive.message}`);
    const work = createWork();
    // One for each schema: names in two schemas never meet, and what is not needed any more is forgotten.
    const options: Options = {
      ...settings,
      validateSchema: false,
      meta: false,
      // Not made shorter: that takes longer than it ever saves.
      code: { optimize: false, ...(trusted ? {} : { regExp: Object.assign(work.linear, { code: "linear" }) }) },
    };
    const ajv = isOld ? new Ajv(options) : new Ajv2020(options);
    formats.default.default(ajv);
    try {
      return guard(ajv.compile(schema), work);
    } catch (error) {
      throw new SchemaError(error instanceof Error ? error.message : String(error));
    }
  };
}

function parse(text: string, trusted: boolean): Schema {
  if (!trusted && text.length > MAX_TEXT) throw new SchemaError(`the schema is longer than ${MAX_TEXT} characters`);
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    throw new SchemaError("the schema is not JSON");
  }
  if (!isSchema(schema)) throw new SchemaError("expected a JSON Schema: an object");
  if (!trusted && isTooDeep(schema)) throw new SchemaError("the schema is nested too deeply");
  return schema;
}

function isOldDraft({ $schema }: Schema): boolean {
  if ($schema === undefined || $schema === DRAFT_2020) return false;
  if (typeof $schema === "string" && DRAFT_07.test($schema)) return true;
  throw new SchemaError(`$schema: expected ${DRAFT_2020} or http://json-schema.org/draft-07/schema#`);
}

interface Check {
  (value: unknown): unknown;
  errors?: readonly ErrorObject[] | null;
}

/** Characters of expressions times characters of texts that one publication may cost: some tens of milliseconds. */
const MAX_WORK = 1_000_000;

class TooMuchWork extends Error {}

interface Work {
  begin(): void;
  linear(source: string): { test(text: string): boolean };
}

/** Expressions that take one look at a text, and count how much there was to look at since `begin`. */
function createWork(): Work {
  let done = 0;
  return {
    begin() {
      done = 0;
    },
    linear(source) {
      const regex = createLinearRegex(anywhere(source));
      return {
        test(text) {
          done += source.length * text.length;
          if (done > MAX_WORK) throw new TooMuchWork();
          return regex.test(text);
        },
      };
    },
  };
}

const guard =
  (check: Check, work: Work): Validate =>
  (value) => {
    work.begin();
    try {
      if (check(value) === true) return undefined;
    } catch (error) {
      // Values can be nested deeper than a recursive schema of the operator's can follow.
      if (error instanceof RangeError) return "is nested too deeply";
      if (error instanceof TooMuchWork) return "holds more text than the schema's expressions may look at";
      throw error;
    }
    const [error] = check.errors ?? [];
    return error ? describeMismatch(error) : "does not fit";
  };

/** Libraries that write schemas put an expression of their own beside a format: where it would be refused, the format is enough. */
function withoutForeignPatterns(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutForeignPatterns);
  if (!isSchema(value)) return value;
  const { format, pattern } = value;
  const entries = Object.entries(value)
    .filter(
      ([name]) =>
        name !== "pattern" ||
        !(typeof format === "string" && typeof pattern === "string" && whyNotLinear(pattern) !== undefined),
    )
    .map(([name, each]) => [name, withoutForeignPatterns(each)] as const);
  return Object.fromEntries(entries);
}
