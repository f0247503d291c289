import type { ReactElement } from "react";
import { Link, navigate, usePathname } from "../../lib/navigation.tsx";
import { useNotificationsStore } from "../../stores/notificationsStore.ts";
import { signOut, type User } from "../../stores/sessionStore.ts";
import { useText } from "../../text/useText.ts";
import { Brand } from "../Brand.tsx";
import { Icon } from "../Icon.tsx";

export function SideBar({ user }: { readonly user: User }): ReactElement {
  const { text } = useText();
  const pathname = usePathname();
  const hasNewSales = useNotificationsStore((state) => state.hasNewSales);
  const leave = async (): Promise<void> => {
    await signOut();
    navigate("/login");
  };
  const current = (path: string): "page" | undefined => (pathname === path ? "page" : undefined);
  return (
    <header className="sidebar">
      <Brand />
      <nav aria-label={text.nav.label}>
        <Link href="/admin" aria-current={current("/admin")}>
          <Icon name="panel" />
          {text.nav.panel}
        </Link>
        <Link href="/admin/ventas" aria-current={current("/admin/ventas")}>
          <Icon name="sales" />
          {text.nav.sales}
          {hasNewSales && (
            <span className="new-sales" data-test="new-sales">
              <span className="unseen">({text.nav.newSales})</span>
            </span>
          )}
        </Link>
        <a href="/tienda" target="_blank" rel="noreferrer">
          <Icon name="store" />
          {text.nav.store}
        </a>
      </nav>
      <div className="person">
        <p>
          {user.name}
          <span>{user.email}</span>
        </p>
        <button type="button" className="quiet" aria-label={text.nav.signOut} onClick={leave}>
          <Icon name="out" />
        </button>
      </div>
    </header>
  );
}
