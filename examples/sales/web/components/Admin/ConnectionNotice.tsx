import type { WebSocketResult } from "@altavoz/react";
import type { ReactElement } from "react";
import { useText } from "../../text/useText.ts";
import { Icon } from "../Icon.tsx";

export const ATTEMPTS = 10;

/** A verdict of the hub: it would say the same again to the same person. */
const REFUSED: readonly number[] = [4401, 4403];

export function ConnectionBadge({ status }: Pick<WebSocketResult, "status">): ReactElement {
  const { text } = useText();
  const tone = status === "live" ? "good" : status === "failed" ? "bad" : "waiting";
  const words =
    status === "live"
      ? text.connection.live
      : status === "connecting" || status === "idle"
        ? text.connection.connecting
        : text.connection.waiting;
  return (
    <span className="badge" data-test="connection" data-status={status} data-tone={tone}>
      <Icon name="dot" />
      {words}
    </span>
  );
}

/** What is wrong with the connection, and what can be done about it; nothing while all is well. */
export function ConnectionNotice({ status, attempt, reason, retry }: WebSocketResult): ReactElement {
  const { text } = useText();
  // While nothing goes on, the attempt that comes is meant.
  const shown = status === "waiting" ? attempt + 1 : attempt;
  const isRefused = REFUSED.includes(reason?.code ?? 0);
  const message =
    status === "failed"
      ? isRefused
        ? text.connection.refused(reason?.message ?? "")
        : text.connection.failed(ATTEMPTS)
      : reason
        ? text.connection.lost(shown, ATTEMPTS)
        : undefined;
  return (
    <div role="status">
      {message && (
        <p
          className="notice"
          data-test="notice"
          data-attempt={shown}
          data-status={status}
          data-tone={status === "failed" ? "bad" : "waiting"}
        >
          <Icon name="alert" />
          <span>{message}</span>
          {status !== "connecting" && (
            <button type="button" className="small" onClick={retry}>
              {text.connection.retry}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
