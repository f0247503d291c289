export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "none";
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging. Fields named like credentials are never printed, whatever their value. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const nothing = (): void => {};
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
