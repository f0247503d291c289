/** A backend did not give a usable answer. For the log and the metrics; the client is told an internal error. */
export class BackendFault extends Error {
  /** `down`: it did not answer, or said itself that it cannot. `wrong`: it is there, and what it says makes no sense. */
  readonly kind: "down" | "wrong";

  constructor(kind: "down" | "wrong", message: string) {
    super(message);
    this.name = "BackendFault";
    this.kind = kind;
  }
}
