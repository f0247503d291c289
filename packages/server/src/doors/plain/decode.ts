import { type Frame, HubError } from "../../hub/index.ts";
import { compactJson, rawMember } from "../../kit/raw-json.ts";
import { type Request, type RequestId, type RequestName, requests } from "./dialect.ts";

/** What arrived is no frame of the dialect at all; the connection ends. */
export class GarbledFrame extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GarbledFrame";
  }
}

/** A frame that asks for something impossible; its client is told and stays. */
export class BadRequest extends HubError {
  readonly id: RequestId | undefined;

  constructor(detail: string, id: RequestId | undefined) {
    super("badRequest", detail);
    this.id = id;
  }
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const ID_LIMIT = 64;

/**
 * Reads one frame: `{"type":"subscribe","channel":"…"}`, or with the same meaning
 * `{"method":"subscribe","params":{"channel":"…"}}`. Throws `GarbledFrame` or `BadRequest`.
 */
export function decode(frame: Frame): Request {
  if (typeof frame !== "string") throw new GarbledFrame("frames are JSON text, not bytes");
  const outer = parse(frame);
  const id = readId(outer);
  const named = typeof outer.method === "string" && outer.type === undefined;
  const type = named ? outer.method : outer.type;
  if (typeof type !== "string") throw new GarbledFrame("the frame has no type");
  if (!isRequestName(type)) {
    throw new BadRequest(`there is no ${JSON.stringify(type.slice(0, 32))}; write ${names.join(", ")}`, id);
  }
  const members = named ? (outer.params ?? {}) : outer;
  if (!isObject(members)) throw new BadRequest("params must be an object", id);
  const raw = named ? (rawMember(frame, "params") ?? "") : frame;
  const fields = Object.entries(requests[type].fields).map(([name, field]) => {
    const value = members[name] ?? undefined;
    if (value === undefined && field.optional) return [];
    if (field.type !== "json" && !fits[field.type](value)) {
      throw new BadRequest(`${type}: ${name} must be ${field.type === "integer" ? "an" : "a"} ${field.type}`, id);
    }
    if (field.type !== "json") return [[name, value]];
    const text = rawMember(raw, name);
    if (text === undefined) throw new BadRequest(`${type}: ${name} is missing`, id);
    return [[name, compactJson(text)]];
  });
  return { type, ...(id === undefined ? {} : { id }), ...Object.fromEntries(fields.flat()) } as Request;
}

const names = Object.keys(requests);
const isRequestName = (type: string): type is RequestName => names.includes(type);

const fits = {
  string: (value: unknown) => typeof value === "string",
  integer: (value: unknown) => Number.isSafeInteger(value),
  boolean: (value: unknown) => typeof value === "boolean",
} as const;

function parse(text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GarbledFrame("the frame is not JSON");
  }
  if (!isObject(value)) throw new GarbledFrame("the frame is not a JSON object");
  return value;
}

function readId({ id }: Members): RequestId | undefined {
  if (id === undefined || id === null) return undefined;
  if (typeof id === "number" || (typeof id === "string" && id.length <= ID_LIMIT)) return id;
  throw new GarbledFrame(`the id is neither a number nor a text of at most ${ID_LIMIT} characters`);
}
