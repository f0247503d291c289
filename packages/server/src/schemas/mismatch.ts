import type { ErrorObject } from "ajv";
import { isSchema } from "./keywords.ts";

const MAX_LENGTH = 300;

/** The failing field and what is expected there, as one line. */
export function describeMismatch(error: ErrorObject): string {
  const { field, expectation } = explain(error);
  const path = [...fieldsOf(error.instancePath), ...(field === undefined ? [] : [field])].join(".");
  return shorten(`${path || "the data"}: ${expectation}`);
}

interface Explanation {
  /** Below the place that the error names. */
  readonly field?: string;
  readonly expectation: string;
}

function explain({ keyword, params, message = "does not fit", parentSchema }: ErrorObject): Explanation {
  switch (keyword) {
    case "required":
      return { field: String(params.missingProperty), expectation: "is missing" };
    case "additionalProperties":
    case "unevaluatedProperties":
      return {
        field: String(params.additionalProperty ?? params.unevaluatedProperty),
        expectation: "is not expected here",
      };
    case "type":
      return { expectation: `expected ${[params.type].flat().join(" or ")}` };
    case "enum":
      return { expectation: `expected one of ${quote(params.allowedValues)}` };
    case "const":
      return { expectation: `expected ${JSON.stringify(params.allowedValue)}` };
    case "format":
      return { expectation: `expected the format ${params.format}` };
    case "discriminator": {
      const tag = String(params.tag);
      return { field: tag, expectation: `expected one of ${quote(tagsOf(parentSchema?.oneOf, tag))}` };
    }
    default:
      return { expectation: message };
  }
}

/** The values of the member that says which of several schemas is meant. */
function tagsOf(branches: unknown, tag: string): readonly unknown[] {
  if (!Array.isArray(branches)) return [];
  return branches.flatMap((branch: unknown) => {
    const properties = isSchema(branch) && isSchema(branch.properties) ? branch.properties[tag] : undefined;
    if (!isSchema(properties)) return [];
    return Array.isArray(properties.enum) ? properties.enum : [properties.const];
  });
}

const quote = (values: unknown): string =>
  [values]
    .flat()
    .map((value) => JSON.stringify(value))
    .join(", ");

const fieldsOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

const shorten = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
