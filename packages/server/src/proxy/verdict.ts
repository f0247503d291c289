import { DisconnectError, type ErrorEntry, errors, HubError, isDisconnect } from "../hub/index.ts";
import { BackendFault } from "./backend-fault.ts";
import { Fields } from "./fields.ts";

/** Codes that an application may make up for itself. */
const ownErrors = { from: 400, to: 1999 } as const;
const ownDisconnects = { from: 4000, to: 4999 } as const;

const known = new Map(Object.values(errors).map((entry) => [entry.code, entry]));

/**
 * The `result` in the text of a backend's answer, `undefined` when there is none. An `error` or `disconnect` is thrown as
 * the `HubError` or `DisconnectError` that it means, anything else as a `BackendFault`.
 */
export function readVerdict(text: string): Fields | undefined {
  const answer = Fields.parse(text);
  const disconnect = answer.fields("disconnect");
  if (disconnect) throw toDisconnect(disconnect.number("code"), disconnect.text("reason"));
  const error = answer.fields("error");
  if (error) {
    const [code, message] = [error.number("code"), error.text("message")];
    throw toError({ code, message, temporary: error.flag("temporary") });
  }
  return answer.fields("result");
}

/** The application's own codes pass, and those of the protocol; a code that means something else to clients does not. */
export function toError({ code, message, temporary }: ErrorEntry): HubError | BackendFault {
  const entry = known.get(code);
  if (entry) return new HubError({ ...entry, message: message || entry.message });
  if (code < ownErrors.from || code > ownErrors.to) {
    return new BackendFault("wrong", `error.code is ${code}, expected ${ownErrors.from} to ${ownErrors.to}`);
  }
  return new HubError({ code, message, temporary });
}

export function toDisconnect(code: number, reason: string): DisconnectError | BackendFault {
  if (code < ownDisconnects.from || code > ownDisconnects.to || !isDisconnect({ code, reason })) {
    return new BackendFault(
      "wrong",
      `disconnect must have a code from ${ownDisconnects.from} to ${ownDisconnects.to} and a reason of at most 123 bytes`,
    );
  }
  return new DisconnectError({ code, reason }, "the application says so");
}
