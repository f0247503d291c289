/** What is wrong with an event. */
export interface EventIssue {
  /** The failing field, as `data.items.0.price`; empty for the event as a whole. */
  readonly path: string;
  /** What was expected there. */
  readonly message: string;
}

/** An event that does not fit the catalogue. The text names the failing fields and what they should be. */
export class InvalidEventError extends Error {
  readonly issues: readonly EventIssue[];

  constructor(subject: string, issues: readonly EventIssue[]) {
    super(
      `${subject}: ${issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")}`,
    );
    this.name = "InvalidEventError";
    this.issues = issues;
  }
}
