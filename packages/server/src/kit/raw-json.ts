/**
 * Reads parts of JSON text without changing them: numbers beyond 2^53, the order of keys and 1.0 stay as written.
 * All functions take text that `JSON.parse` has accepted; for other text the result means nothing, but they end.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function skipSpace(text: string, at: number): number {
  let i = at;
  while (isSpace(text.charCodeAt(i))) i++;
  return i;
}

/** Most strings are short, and for those a loop is cheaper than a search. */
const SHORT = 24;

/** `at` is the opening quote; returns the index after the closing one. */
function skipString(text: string, at: number): number {
  let i = at + 1;
  for (const limit = Math.min(text.length, i + SHORT); i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i++;
  }
  let end = text.indexOf('"', i);
  while (end !== -1) {
    let slashes = 0;
    for (let back = end - 1; back >= i && text.charCodeAt(back) === BACKSLASH; back--) slashes++;
    if (slashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return skipString(text, at);
  let i = at;
  if (first !== 0x7b && first !== 0x5b) {
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === 0x2c || code === 0x7d || code === 0x5d || isSpace(code)) return i;
      i++;
    }
    return i;
  }
  let depth = 0;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = skipString(text, i);
      continue;
    }
    i++;
    if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return i;
  }
  return i;
}

/** The text of a member of an object; of equal names the last, as `JSON.parse` takes it. `undefined` when absent. */
export function rawMember(json: string, name: string): string | undefined {
  let found: string | undefined;
  let i = skipSpace(json, 0);
  if (json.charCodeAt(i) !== 0x7b) return undefined;
  i = skipSpace(json, i + 1);
  while (json.charCodeAt(i) === QUOTE) {
    const keyEnd = skipString(json, i);
    const key = json.slice(i + 1, keyEnd - 1);
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const end = skipValue(json, start);
    if (key === name || (key.includes("\\") && JSON.parse(`"${key}"`) === name)) found = json.slice(start, end);
    i = skipSpace(json, end);
    if (json.charCodeAt(i) !== 0x2c) break;
    i = skipSpace(json, i + 1);
  }
  return found;
}

/** The texts of the elements of an array. */
export function rawElements(json: string): string[] {
  const elements: string[] = [];
  let i = skipSpace(json, 0);
  if (json.charCodeAt(i) !== 0x5b) return elements;
  i = skipSpace(json, i + 1);
  while (i < json.length && json.charCodeAt(i) !== 0x5d) {
    const end = skipValue(json, i);
    elements.push(json.slice(i, end));
    i = skipSpace(json, end);
    if (json.charCodeAt(i) !== 0x2c) break;
    i = skipSpace(json, i + 1);
  }
  return elements;
}

/** Without the white space between tokens when there is a line break among it; other text is returned as it is. */
export function compactJson(json: string): string {
  if (!json.includes("\n") && !json.includes("\r")) return json;
  let compact = "";
  let i = 0;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (isSpace(code)) {
      i++;
      continue;
    }
    const start = i;
    if (code === QUOTE) {
      i = skipString(json, i);
    } else {
      while (i < json.length && !isSpace(json.charCodeAt(i)) && json.charCodeAt(i) !== QUOTE) i++;
    }
    compact += json.slice(start, i);
  }
  return compact;
}
