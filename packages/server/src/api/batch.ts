import { HubError } from "../hub/index.ts";
import { rawMember } from "../kit/raw-json.ts";
import { mapConcurrently } from "./concurrently.ts";
import type { CallContext, Method, Source } from "./method.ts";
import { errorJson } from "./refusal.ts";
import { about, flag, list, object, optional, type Schema, type Shape } from "./shape.ts";

/** How many commands of one batch are under way at a time. */
const PARALLEL = 32;

/** Several commands in one request, each with a reply of its own in the same place. */
export function createBatch(methods: readonly Method[]): Method {
  const byName = new Map(methods.map((method) => [method.name, method]));
  const request = object({
    commands: list(commandShape(methods)),
    parallel: about(optional(flag, false), "Do not wait for one command before the next begins."),
  });

  async function reply(command: Source, { call }: CallContext): Promise<string> {
    const members = Object.entries(command.value ?? {});
    const named = members.filter(([name]) => byName.has(name));
    const [name = "", value] = named[0] ?? [];
    const method = byName.get(name);
    if (!method || named.length > 1) return `{"error":${errorJson(notOne(members.map(([each]) => each)))}}`;
    const outcome = await call(method, { value, text: rawMember(command.text, name) ?? "" });
    return typeof outcome === "string" ? `{"${name}":${outcome}}` : `{"error":${errorJson(outcome)}}`;
  }

  function notOne(found: readonly string[]): HubError {
    const shown = found.slice(0, 3).map((name) => name.slice(0, 32));
    const expected = `expected one of ${[...byName.keys()].join(", ")}`;
    return new HubError("methodNotFound", `${expected}, found ${shown.join(", ") || "nothing"}`);
  }

  return {
    name: "batch",
    summary: "Sends several commands in one request. The key needs the scope of each command.",
    request: request.schema,
    result: {
      type: "array",
      description: "In the order of the commands.",
      items: { type: "object", properties: { ...resultsOf(methods), error: { $ref: "#/components/schemas/Error" } } },
    },
    member: "replies",
    async run(source, context) {
      const { commands, parallel } = request.read(source.value, "", source.text);
      const replies = await mapConcurrently(commands, parallel ? PARALLEL : 1, (command) => reply(command, context));
      return `[${replies.join(",")}]`;
    },
  };
}

const requestsOf = (methods: readonly Method[]): Schema =>
  Object.fromEntries(methods.map(({ name }) => [name, { $ref: `#/components/schemas/${name}_request` }]));

const resultsOf = (methods: readonly Method[]): Schema =>
  Object.fromEntries(methods.map(({ name }) => [name, { $ref: `#/components/schemas/${name}_result` }]));

const commandShape = (methods: readonly Method[]): Shape<Source> => ({
  schema: { type: "object", properties: requestsOf(methods), minProperties: 1, maxProperties: 1 },
  optional: false,
  needsText: true,
  read: (value, _path, text) => ({ value, text }),
});
