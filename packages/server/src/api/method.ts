import { type ApiIdentity, apiCaller, type Caller, type Hub, type HubError } from "../hub/index.ts";
import { about, type Fields, object, optional, type Read, type Schema, type Shape, text } from "./shape.ts";

/** Keys may be limited to a group of methods. */
export type Scope = "publish" | "read" | "manage";

/** A request as it came: what `JSON.parse` made of it, and its text. */
export interface Source {
  readonly value: unknown;
  readonly text: string;
}

/** The JSON text of a result, or the refusal. */
export type Outcome = string | HubError;

export interface CallContext {
  readonly hub: Hub;
  readonly identity: ApiIdentity;
  /** Calls another method with the same key. Never rejects. */
  call(method: Method, source: Source): Promise<Outcome>;
}

/** One row of the table from which the routes and the OpenAPI document are made. */
export interface Method {
  readonly name: string;
  readonly summary: string;
  /** Absent: every key may call it. */
  readonly scope?: Scope;
  readonly request: Schema;
  readonly result: Schema;
  /** Under which name the result stands in the reply. */
  readonly member: "result" | "replies";
  /** Resolves with the JSON text of the result. Throws `HubError`. */
  run(source: Source, context: CallContext): Promise<string>;
}

const tenant = about(
  optional(text, ""),
  "Whose channels and users are meant. Only for keys of the platform; without it the default tenant.",
);

type OfTenant<F> = Read<F> & { readonly tenant: string };

interface Definition<F extends Fields> {
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly request: F;
  readonly result: Schema;
  run(hub: Hub, caller: Caller, request: Read<F>): string | Promise<string>;
}

/** A method on behalf of a tenant. */
export function method<F extends Fields>(definition: Definition<F>): Method {
  const shape = object({ ...definition.request, tenant }) as Shape<unknown> as Shape<OfTenant<F>>;
  return {
    name: definition.name,
    summary: definition.summary,
    scope: definition.scope,
    request: shape.schema,
    result: definition.result,
    member: "result",
    async run(source, { hub, identity }) {
      const request = shape.read(source.value, "", source.text);
      return definition.run(hub, apiCaller(hub, identity, request.tenant), request);
    },
  };
}
