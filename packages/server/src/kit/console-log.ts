import type { Clock } from "./clock.ts";
import type { Log, LogFields, LogLevel } from "./log.ts";

export interface ConsoleLogOptions {
  /** The least important lines to write. */
  readonly level: LogLevel;
  /** Takes one line with its end. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
}

interface Entry {
  readonly time: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "none"];

/** One JSON object a line, for machines. */
export function createJsonLog(options: ConsoleLogOptions): Log {
  return createLog(options, ({ time, level, message, fields }) => {
    const line: Record<string, unknown> = { time: time.toISOString(), level, message };
    for (const [name, value] of Object.entries(fields)) line[name in line ? `${name}_` : name] = value;
    return JSON.stringify(line);
  });
}

export interface PrettyLogOptions extends ConsoleLogOptions {
  readonly color?: boolean;
}

const COLORS: Readonly<Partial<Record<LogLevel, number>>> = { debug: 90, info: 36, warn: 33, error: 31 };

/** One short line, for people. */
export function createPrettyLog(options: PrettyLogOptions): Log {
  return createLog(options, ({ time, level, message, fields }) => {
    const mark = level.toUpperCase().padEnd(5);
    const shown = options.color ? `\u001b[${COLORS[level] ?? 0}m${mark}\u001b[0m` : mark;
    const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${prettyValue(value)}`);
    return `${time.toISOString().slice(11, 23)} ${shown} ${oneLine(message)}${pairs.join("")}`;
  });
}

function createLog({ level: least, write, clock }: ConsoleLogOptions, format: (entry: Entry) => string): Log {
  const at = (level: LogLevel) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return () => {};
    return (message: string, fields: LogFields = {}): void => {
      const time = new Date(clock.now());
      write(`${format({ time, level, message: redactText(message), fields: redact(fields) as LogFields })}\n`);
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Text of others must not write a second line, or move the cursor of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;
const oneLine = (text: string): string => text.replace(CONTROL, " ");

function prettyValue(value: unknown): string {
  if (typeof value === "string" && /^[^\s"=]+$/.test(value)) return oneLine(value);
  return oneLine(JSON.stringify(value) ?? "");
}

const REDACTED = "***";
const CREDENTIAL_WORDS =
  /^(tokens?|keys?|secrets?|passwords?|passwd|apikeys?|authorization|cookies?|credentials?|jwt)$/;

function namesCredential(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => CREDENTIAL_WORDS.test(word));
}

const IN_QUERY = /((?:^|[?&;])(?:token|access_token|api_key|apikey|key|secret|password|cf_connect)=)[^&\s"'#;]*/gi;
const IN_HEADER = /\b(bearer|apikey|basic)\s+[^\s"',;]+/gi;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** The text without credentials: in a query, after an authorization scheme, or a token wherever it stands. */
function redactText(text: string): string {
  return text.replace(IN_QUERY, `$1${REDACTED}`).replace(IN_HEADER, `$1 ${REDACTED}`).replace(JWT, REDACTED);
}

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** A copy that is safe to print: plain, finite and without credentials. Never throws. */
function redact(value: unknown, above: readonly unknown[] = []): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (above.length >= MAX_DEPTH) return "[deep]";
  try {
    return redactObject(value, [...above, value]);
  } catch {
    return "[unreadable]";
  }
}

function redactObject(value: object, above: readonly unknown[]): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map)
    return redactEntries(
      [...value].map(([key, item]) => [String(key), item]),
      above,
    );
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, MAX_ITEMS).map((item: unknown) => redact(item, above));
  }
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return redactEntries(Object.entries({ ...value, name, message, stack, ...(cause ? { cause } : {}) }), above);
  }
  return redactEntries(Object.entries(value), above);
}

function redactEntries(entries: readonly (readonly [string, unknown])[], above: readonly unknown[]): LogFields {
  const shown = entries.slice(0, MAX_ITEMS);
  return Object.fromEntries(
    shown.map(([name, item]) => [name, namesCredential(name) ? REDACTED : redact(item, above)]),
  );
}
