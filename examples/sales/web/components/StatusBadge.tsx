import type { ReactElement } from "react";
import type { SaleStatus } from "../../src/domain/events/sale.events.ts";
import { useText } from "../text/useText.ts";
import { Icon } from "./Icon.tsx";

export function StatusBadge({ status }: { readonly status: SaleStatus }): ReactElement {
  const { text } = useText();
  return (
    <span className="badge" data-tone={status === "approved" ? "good" : "waiting"}>
      <Icon name={status === "approved" ? "check" : "clock"} />
      {text.sales[status]}
    </span>
  );
}
