/** Escapes and classes of Go that JavaScript reads as something else, without an error. */
const FOREIGN_ESCAPES = "aCEpPQ";
const FOREIGN_CLASS = /\[:\^?\w+:\]/;

/**
 * The JavaScript source of a regular expression written for Go, which Centrifugo's files hold; `undefined` when it
 * has no meaning here. An expression that both languages share stays as it is.
 */
export function fromGoRegex(source: string): string | undefined {
  let foreign = FOREIGN_CLASS.test(source);
  const text = source.replace(/\\(.)|\(\?P</gs, (whole: string, escaped: string | undefined) => {
    if (escaped === undefined) return "(?<";
    if (escaped === "A") return "^";
    if (escaped === "z") return "$";
    if (FOREIGN_ESCAPES.includes(escaped)) foreign = true;
    return whole;
  });
  if (foreign) return undefined;
  try {
    new RegExp(text);
    return text;
  } catch {
    return undefined;
  }
}
