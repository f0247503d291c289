import { type ReactElement, useEffect } from "react";
import { NewSale } from "../components/NewSale.tsx";
import { SalesTable } from "../components/SalesTable.tsx";
import { useNotificationsStore } from "../stores/notificationsStore.ts";
import { loadSales } from "../stores/salesStore.ts";
import { useText } from "../text/useText.ts";

/** `/admin/ventas`: who is here has seen what is new. */
export function VentasPage(): ReactElement {
  const { text } = useText();
  useEffect(() => {
    const { watch } = useNotificationsStore.getState();
    watch(true);
    void loadSales();
    return () => watch(false);
  }, []);
  return (
    <>
      <div className="lead">
        <p className="muted">{text.sales.hint}</p>
        <NewSale />
      </div>
      <SalesTable />
    </>
  );
}
