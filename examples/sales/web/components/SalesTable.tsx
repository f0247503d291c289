import { type ReactElement, useState } from "react";
import type { SaleRecord } from "../../src/services/ventas.service.ts";
import { api } from "../lib/api.ts";
import { loadSales, useSalesStore } from "../stores/salesStore.ts";
import { useText } from "../text/useText.ts";
import { StatusBadge } from "./StatusBadge.tsx";

/** The newest sales, as many as `limit`. */
export function SalesTable({ limit = Number.POSITIVE_INFINITY }: { readonly limit?: number }): ReactElement {
  const { text } = useText();
  const { sales, hasFailed } = useSalesStore();
  return (
    <>
      {hasFailed && (
        <p className="failure" role="alert">
          {text.sales.failed}
        </p>
      )}
      {sales?.length === 0 && <p className="muted">{text.sales.none}</p>}
      {sales && sales.length > 0 && (
        <table className="card sales">
          <thead>
            <tr>
              <th scope="col">{text.sales.number}</th>
              <th scope="col">{text.sales.items}</th>
              <th scope="col">{text.sales.status}</th>
              <th scope="col">{text.sales.date}</th>
              <th scope="col" className="number">
                {text.sales.amount}
              </th>
              <th scope="col">{text.sales.action}</th>
            </tr>
          </thead>
          <tbody>
            {sales.slice(0, limit).map((sale) => (
              <SaleRow key={sale.id} sale={sale} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function SaleRow({ sale }: { readonly sale: SaleRecord }): ReactElement {
  const { text, money, time } = useText();
  const [step, setStep] = useState<"ready" | "asking" | "failed">("ready");
  const confirm = (): void => {
    setStep("asking");
    api.confirmPayment(sale.id).then(loadSales, () => setStep("failed"));
  };
  return (
    <tr data-sale={sale.id} data-status={sale.status}>
      <th scope="row">#{sale.id}</th>
      <td className="items">{sale.items || text.sales.byHand}</td>
      <td className="state">
        <StatusBadge status={sale.status} />
      </td>
      <td className="muted time">{time(sale.createdAt)}</td>
      <td className="number">{money(sale.total)}</td>
      <td className="action">
        {sale.status === "pending" && (
          <button
            type="button"
            className="small"
            disabled={step === "asking"}
            aria-label={`${text.sales.confirm} #${sale.id}`}
            onClick={confirm}
          >
            {text.sales.confirm}
          </button>
        )}
        {step === "failed" && <p role="alert">{text.sales.refused}</p>}
      </td>
    </tr>
  );
}
