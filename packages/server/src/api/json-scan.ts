/**
 * A reader of JSON grammar for the two cases that `JSON.parse` does not serve: telling a person where and why a text is
 * not JSON, in the same words on every runtime, and finding where one of several values written one after the other ends.
 */

export class JsonFault extends Error {
  /** `at` is an index into `text`. */
  constructor(text: string, at: number, expected: string) {
    const before = text.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    const found = at >= text.length ? "the end" : JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
    super(`line ${line}, column ${column}: expected ${expected}, found ${found}`);
    this.name = "JsonFault";
  }
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The index after what `pattern` matches at `at`; -1 when it does not match. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

const skipSpace = (text: string, at: number): number => match(SPACE, text, at);

function scanString(text: string, at: number): number {
  let i = at + 1;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code < 0x20) throw new JsonFault(text, i, "control characters in a string to be escaped");
    if (code === BACKSLASH) {
      const end = match(ESCAPE, text, i);
      if (end === -1) throw new JsonFault(text, i, 'an escape such as \\n, \\" or \\u00e9');
      i = end;
    } else {
      i++;
    }
  }
  throw new JsonFault(text, text.length, 'the closing " of a string');
}

function scanScalar(text: string, at: number): number {
  if (text.charCodeAt(at) === QUOTE) return scanString(text, at);
  const number = match(NUMBER, text, at);
  if (number !== -1) return number;
  const word = match(WORD, text, at);
  if (word !== -1) return word;
  throw new JsonFault(text, at, "a JSON value");
}

/** The name of a member and its colon. */
function scanName(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) throw new JsonFault(text, at, "the name of a member in double quotes");
  const colon = skipSpace(text, scanString(text, at));
  if (text[colon] !== ":") throw new JsonFault(text, colon, '":"');
  return skipSpace(text, colon + 1);
}

/** The index after the one JSON value that begins at `at` or after white space there. Throws `JsonFault`. */
function scanValue(text: string, at: number): number {
  const open: ("}" | "]")[] = [];
  let i = skipSpace(text, at);
  for (;;) {
    const first = text[i];
    if (first === "{" || first === "[") {
      const closer = first === "{" ? "}" : "]";
      i = skipSpace(text, i + 1);
      if (text[i] !== closer) {
        open.push(closer);
        if (closer === "}") i = scanName(text, i);
        continue;
      }
      i++;
    } else {
      i = scanScalar(text, i);
    }
    for (;;) {
      const closer = open.at(-1);
      if (closer === undefined) return i;
      i = skipSpace(text, i);
      if (text[i] === ",") {
        i = skipSpace(text, i + 1);
        if (closer === "}") i = scanName(text, i);
        break;
      }
      if (text[i] !== closer) throw new JsonFault(text, i, `"," or "${closer}"`);
      open.pop();
      i++;
    }
  }
}

/** The texts of JSON values that follow each other, with or without white space between them. Throws `JsonFault`. */
export function splitJson(text: string): string[] {
  const values: string[] = [];
  for (let start = skipSpace(text, 0); start < text.length; ) {
    const end = scanValue(text, start);
    values.push(text.slice(start, end));
    start = skipSpace(text, end);
  }
  return values;
}

/** As `JSON.parse`, but throws `JsonFault`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const end = skipSpace(text, scanValue(text, 0));
    if (end < text.length) throw new JsonFault(text, end, "nothing after the value");
    // It is JSON by the grammar: a parser refuses that only for its depth.
    throw new JsonFault(text, 0, "a value that is not nested so deeply");
  }
}
