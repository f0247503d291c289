import type { Labels } from "../ports/identity.ts";
import { isRecord, RightsError } from "./rights-error.ts";

const MAX_LABELS = 32;
const MAX_LENGTH = 128;

/** Reads an object of strings, the claim `labels`. Throws `RightsError`. */
export function parseLabels(value: unknown): Labels {
  if (!isRecord(value)) throw new RightsError("labels: expected an object");
  const entries = Object.entries(value);
  if (entries.length > MAX_LABELS) throw new RightsError(`labels: more than ${MAX_LABELS}`);
  for (const [name, label] of entries) {
    if (typeof label !== "string") throw new RightsError("labels: expected strings as values");
    if (name.length > MAX_LENGTH || label.length > MAX_LENGTH) {
      throw new RightsError(`labels: names and values are at most ${MAX_LENGTH} characters long`);
    }
  }
  return value as Labels;
}
