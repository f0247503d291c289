/** The client left before its request was complete: nobody waits for an answer, and nothing is wrong with us. */
export class RequestAborted extends Error {
  constructor(cause: unknown) {
    super("the request was not completed", { cause });
    this.name = "RequestAborted";
  }
}
