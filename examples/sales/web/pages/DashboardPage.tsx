import type { ReactElement } from "react";
import { NewSale } from "../components/NewSale.tsx";
import { SalesTable } from "../components/SalesTable.tsx";
import { Link } from "../lib/navigation.tsx";
import { useSalesStore } from "../stores/salesStore.ts";
import { useText } from "../text/useText.ts";

const RECENT = 6;

const isToday = (iso: string): boolean => new Date(iso).toDateString() === new Date().toDateString();

export function DashboardPage(): ReactElement {
  const { text, money } = useText();
  const sales = useSalesStore((state) => state.sales) ?? [];
  const today = sales.filter(({ createdAt }) => isToday(createdAt));
  const paid = today.filter(({ status }) => status === "approved");
  const income = paid.reduce((sum, { total }) => sum + total, 0);
  const figures = [
    [text.panel.today, String(today.length)],
    [text.panel.income, money(income)],
    [text.panel.pending, String(sales.length - sales.filter(({ status }) => status === "approved").length)],
  ] as const;
  return (
    <>
      <div className="lead">
        <p className="muted">{text.panel.hint}</p>
        <NewSale />
      </div>
      <dl className="figures">
        {figures.map(([label, value]) => (
          <div key={label} className="card">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="lead">
        <h2>{text.panel.recent}</h2>
        <Link href="/admin/ventas">{text.panel.all}</Link>
      </div>
      <SalesTable limit={RECENT} />
    </>
  );
}
