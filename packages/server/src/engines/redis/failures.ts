import { HubError } from "../../hub/index.ts";
import { NotSent, type Partition, type Reply, Unanswered } from "./link.ts";

/** What the hub is told when something did not work that may be done again without harm. */
export function failed(error: unknown): unknown {
  return error instanceof NotSent || error instanceof Unanswered ? because("unavailable", error) : error;
}

/** For `catch`. */
export function failedAway(error: unknown): never {
  throw failed(error);
}

/** The same for a publication, which is there twice when it is sent twice: no answer is not a failure. */
export function publishFailed(error: unknown): never {
  throw error instanceof Unanswered ? because("outcomeUnknown", error) : failed(error);
}

/** The reason names machines: it is for the log, not for whoever asked. */
function because(name: "unavailable" | "outcomeUnknown", cause: Error): HubError {
  const error = new HubError(name);
  error.cause = cause;
  return error;
}

/** A transaction of which every command worked. */
export async function transact(
  partition: Partition,
  commands: Parameters<Partition["transaction"]>[0],
): Promise<readonly Reply[]> {
  const replies = await partition.transaction(commands);
  for (const reply of replies) if (reply instanceof Error) throw reply;
  return replies;
}
