import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestHub, type TestHub } from "../../../server/src/testing.ts";
import { compileSnippets } from "../compile.fixture.ts";
import { RefusedError } from "./failure.ts";

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly description?: string;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let hub: TestHub;
let openapi: OpenApi;
before(async () => {
  hub = await startTestHub();
  openapi = (await (await fetch(`${hub.url}/api/openapi.json`)).json()) as OpenApi;
});
after(() => hub.stop());

const methodNames = (): string[] =>
  Object.keys(openapi.paths)
    .map((path) => path.slice("/api/".length))
    .filter((name) => name !== "batch");

/** The TypeScript that says the same as a schema of the hub. */
function typeOf(schema: Schema): string {
  if (schema.$ref)
    return typeOf(openapi.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? assert.fail(schema.$ref));
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return `readonly (${typeOf(schema.items ?? {})})[]`;
  if (schema.additionalProperties) return `Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>`;
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(
      ([name, member]) => `readonly ${name}${schema.required?.includes(name) ? "" : "?"}: ${typeOf(member)}`,
    );
    return `{ ${members.join("; ")} }`;
  }
  if (schema.type === "object") return "object";
  if (schema.type === "integer") return "number";
  return schema.type ?? "unknown";
}

/** Members that the hub takes for Centrifugo's sake and refuses. */
const NOT_OFFERED = "expression";

describe("the types of the server API", () => {
  it("name every method of the hub with exactly its members, and each member fits", async () => {
    const schemas = openapi.components.schemas;
    const lines = methodNames().flatMap((name) => {
      const request = typeOf(schemas[`${name}_request`] ?? assert.fail(name));
      const result = typeOf(schemas[`${name}_result`] ?? assert.fail(name)).replace(
        /^object$/,
        "Readonly<Record<string, never>>",
      );
      return [
        `type Request_${name} = Omit<${request}, "${NOT_OFFERED}">;`,
        `type Result_${name} = ${result};`,
        `export const request_${name} = (ours: RequestOf<"${name}">): Request_${name} => ours;`,
        `export const result_${name} = (theirs: Result_${name}): ResultOf<"${name}"> => theirs;`,
        `export const requestMembers_${name}: Same<keyof RequestOf<"${name}">, keyof Request_${name}> = true;`,
        `export const resultMembers_${name}: Same<keyof ResultOf<"${name}">, keyof Result_${name}> = true;`,
      ];
    });
    const names = methodNames().map((name) => `"${name}"`);
    const source = [
      'import type { MethodName, RequestOf, ResultOf } from "@altavoz/backend";',
      "type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;",
      `export const names: Same<MethodName, ${names.join(" | ")}> = true;`,
      ...lines,
    ].join("\n");
    const { same } = compileSnippets({ same: source });
    assert.deepEqual(same, []);
  });

  it("know every reason for which the hub refuses", () => {
    const { description = "" } = openapi.components.schemas.Error?.properties?.code ?? {};
    const codes = description.split(", ").map((entry) => Number.parseInt(entry, 10));
    assert.ok(codes.length > 10);
    for (const code of codes) assert.notEqual(new RefusedError(code, "").reason, "other", String(code));
    assert.equal(new RefusedError(1999, "").reason, "other");
  });
});
