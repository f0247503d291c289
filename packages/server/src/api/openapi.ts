import { errors } from "../hub/index.ts";
import type { Method } from "./method.ts";
import type { Schema } from "./shape.ts";

export interface OpenApiOptions {
  readonly methods: readonly Method[];
  readonly prefix: string;
  readonly version: string;
  readonly insecure: boolean;
}

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const content = (schema: Schema): Schema => ({ "application/json": { schema } });
const codes = Object.values(errors).map(({ code, message }) => `${code} ${message}`);

const failure: Schema = {
  type: "object",
  properties: { error: ref("Error") },
  required: ["error"],
};

const securitySchemes: Schema = {
  header: { type: "apiKey", in: "header", name: "X-API-Key" },
  authorization: { type: "apiKey", in: "header", name: "Authorization", description: "apikey KEY" },
  query: { type: "apiKey", in: "query", name: "api_key" },
};

/** The OpenAPI 3.1 document of the table. */
export function describeApi({ methods, prefix, version, insecure }: OpenApiOptions): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Altavoz server API",
      version,
      description:
        "For backends. A refusal has status 200 and a member error. With the header X-Centrifugo-Error-Mode: transport its " +
        "status tells the kind, and the body is the error itself.",
    },
    security: insecure ? [] : Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    paths: Object.fromEntries(methods.map((method) => [`${prefix}/${method.name}`, { post: operation(method) }])),
    components: {
      securitySchemes,
      schemas: {
        Error: {
          type: "object",
          properties: { code: { type: "integer", description: codes.join(", ") }, message: { type: "string" } },
          required: ["code", "message"],
        },
        ...Object.fromEntries(
          methods.flatMap(({ name, request, result }) => [
            [`${name}_request`, request],
            [`${name}_result`, result],
          ]),
        ),
      },
    },
  };
}

function operation({ name, summary, scope, member }: Method): Schema {
  const success = { type: "object", properties: { [member]: ref(`${name}_result`) }, required: [member] };
  const refused = (description: string): Schema => ({ description, content: content(failure) });
  return {
    operationId: name,
    summary,
    ...(scope ? { tags: [scope], description: `The key needs the scope ${name}, ${scope} or *.` } : {}),
    requestBody: { required: true, content: content(ref(`${name}_request`)) },
    responses: {
      200: { description: "The result, or why there is none.", content: content({ oneOf: [success, failure] }) },
      400: refused("The body is not JSON."),
      401: refused("No API key, or one that is not known."),
      413: { description: "The body is too large, as it was sent or unpacked." },
      415: refused("The body is compressed otherwise than with gzip."),
    },
  };
}
