/** The two parts of what a client asked for. */
export interface RequestTarget {
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
}

const UNSAFE = /(^|\/)\.\.?(\/|$)|\0/;

/**
 * Splits and decodes a path with its query, as it stood in the request line. Undefined for what no client in good faith
 * sends: broken percent-encoding, or dot segments that hide behind an encoded slash.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  if (!target.startsWith("/")) return undefined;
  const mark = target.indexOf("?");
  const raw = mark < 0 ? target : target.slice(0, mark);
  let path = raw;
  try {
    if (raw.includes("%")) path = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  if (UNSAFE.test(path)) return undefined;
  return { path, query: mark < 0 ? "" : target.slice(mark + 1) };
}
