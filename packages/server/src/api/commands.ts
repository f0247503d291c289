import { HubError } from "../hub/index.ts";
import { JsonFault, parseJson, splitJson } from "./json-scan.ts";
import type { Source } from "./method.ts";
import { integer, object, optional, type Shape, text } from "./shape.ts";

/** A command of the older form: the method stands in the body, not in the path. */
export interface Command {
  /** Repeated in the reply; 0 for none. */
  readonly id: number;
  readonly method: string;
  readonly params: Source;
}

const source: Shape<Source> = {
  schema: {},
  optional: false,
  needsText: true,
  read: (value, _path, written) => ({ value, text: written }),
};

const command: Shape<Command> = object({
  id: optional(integer(0), 0),
  method: text,
  params: optional(source, { value: {}, text: "{}" }),
});

/**
 * Reads commands that follow each other, with or without line breaks; a `HubError` when one is not a command. All are read
 * before any is carried out, so a body that ends in rubbish changes nothing. Throws `JsonFault`.
 */
export function readCommands(body: string): readonly Command[] | HubError {
  const texts = splitJson(body);
  if (texts.length === 0) throw new JsonFault(body, body.length, "a command");
  const values = texts.map(parseJson);
  try {
    return values.map((value, index) => command.read(value, `commands[${index}]`, texts[index] ?? ""));
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}
