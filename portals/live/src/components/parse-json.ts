export type ParsedJson =
  | { readonly valid: true; readonly value: unknown }
  /** `at`: where the text stops being JSON, where the browser tells. */
  | { readonly valid: false; readonly at: { readonly line: number; readonly column: number } | undefined };

export function parseJson(text: string): ParsedJson {
  try {
    return { valid: true, value: JSON.parse(text) };
  } catch (error) {
    return { valid: false, at: locate(text, String(error)) };
  }
}

/** Browsers name the place either as line and column, or as a position. */
function locate(text: string, message: string): { line: number; column: number } | undefined {
  const place = /line (\d+) column (\d+)/.exec(message);
  if (place) return { line: Number(place[1]), column: Number(place[2]) };
  const position = /position (\d+)/.exec(message);
  const offset = position ? Number(position[1]) : /end of JSON|Unexpected EOF/.test(message) ? text.length : undefined;
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
