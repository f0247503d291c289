import { type ReactElement, useEffect } from "react";
import { Link } from "../../lib/navigation.tsx";
import { useNotificationsStore } from "../../stores/notificationsStore.ts";
import { useText } from "../../text/useText.ts";
import { Icon } from "../Icon.tsx";

const SHOWN_MS = 6_000;

/** Tells of the latest sale for a while; the badge and the list stay. */
export function SaleToast(): ReactElement {
  const { text, money } = useText();
  const { latest, isWatching, dismiss } = useNotificationsStore();
  useEffect(() => {
    if (!latest) return;
    const timer = setTimeout(dismiss, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [latest, dismiss]);
  return (
    <div role="status" className="toasts">
      {latest && !isWatching && (
        <div className="card toast" data-test="toast">
          <Icon name={latest.data.reason === "created" ? "sales" : "check"} />
          <p>
            {latest.data.reason === "created"
              ? text.toast.created(latest.data.saleId)
              : text.toast.paid(latest.data.saleId)}
            <span>{money(latest.data.total)}</span>
          </p>
          <Link href="/admin/ventas">{text.toast.see}</Link>
          <button type="button" className="quiet" aria-label={text.close} onClick={dismiss}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
