import * as z from "zod/mini";

/** A name or id: not empty, and of a length that fits into a page and a log. */
export const name = z.string().check(z.minLength(1), z.maxLength(256));

/** Text for people. */
export const text = z.string().check(z.maxLength(4096));

/** A share in percent. */
export const percent = z.number().check(z.minimum(0), z.maximum(100));

export const amount = z.number();

export const count = z.number().check(z.minimum(0));

/** ISO 8601, a day or a moment. */
export const date = z
  .string()
  .check(
    z.regex(
      /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/,
      "expected a date as 2026-01-31 or 2026-01-31T12:00:00Z",
    ),
  );

export const link = z.string().check(z.minLength(1), z.maxLength(2048));
