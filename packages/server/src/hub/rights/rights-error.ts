/** What a credential says it grants cannot be read. The message says where and what was expected. */
export class RightsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RightsError";
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Absent is the same as empty. */
export function textsOf(value: unknown, path: string): readonly string[] {
  const list = value ?? [];
  if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list;
  throw new RightsError(`${path}: expected an array of strings`);
}
