import { HubError, type SchemaOrder, type SchemaRecord } from "../hub/index.ts";
import { matchesGlob } from "../kit/glob.ts";
import { type Compile, SchemaError, type Validate } from "./compile.ts";

/** A schema that is ready to be used. */
export interface Checked {
  readonly record: SchemaRecord;
  readonly validate: Validate;
}

/** As a store keeps it. */
type Kept = Pick<SchemaRecord, "version" | "channels" | "schema">;

export const writeKept = ({ version, channels, schema }: Kept): string => JSON.stringify({ version, channels, schema });

export const readKept = (name: string, text: string): SchemaRecord => ({
  ...(JSON.parse(text) as Kept),
  name,
  fixed: false,
});

/** A schema that an earlier or later program took, and this one cannot read, takes nothing until it is set again. */
export function useKept(record: SchemaRecord, compile: Compile): Checked {
  try {
    return { record, validate: compile(record.schema, { trusted: false }) };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return { record, validate: () => "the schema cannot be used; set it again" };
  }
}

export const covers = ({ channels }: SchemaRecord, channel: string): boolean =>
  channels.some((pattern) => matchesGlob(pattern, channel));

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_PATTERNS = 32;
const MAX_PATTERN = 255;

/** Throws `HubError` badRequest for an order that can mean nothing. */
export function checkOrder({ name, channels }: SchemaOrder): void {
  if (!NAME.test(name)) throw new HubError("badRequest", "name: expected 1 to 64 of A-Z a-z 0-9 _ . -");
  const fits = channels.every((pattern) => pattern !== "" && pattern.length <= MAX_PATTERN);
  if (channels.length === 0 || channels.length > MAX_PATTERNS || !fits) {
    throw new HubError("badRequest", `channels: expected 1 to ${MAX_PATTERNS} patterns of channel names`);
  }
}
