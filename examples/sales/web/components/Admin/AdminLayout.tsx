import type { ReactElement, ReactNode } from "react";
import { useWebSocket } from "../../hooks/useWebSocket.ts";
import { usePathname } from "../../lib/navigation.tsx";
import type { User } from "../../stores/sessionStore.ts";
import { useText } from "../../text/useText.ts";
import { LanguageMenu } from "../LanguageMenu.tsx";
import { ConnectionBadge, ConnectionNotice } from "./ConnectionNotice.tsx";
import { SaleToast } from "./SaleToast.tsx";
import { SideBar } from "./SideBar.tsx";

interface AdminLayoutProps {
  readonly user: User;
  readonly children: ReactNode;
}

/** What all pages of the administration have in common, the connection among it. */
export function AdminLayout({ user, children }: AdminLayoutProps): ReactElement {
  const { text } = useText();
  const connection = useWebSocket(user);
  const isSales = usePathname() === "/admin/ventas";
  return (
    <div className="admin">
      <a className="skip" href="#content">
        {text.skip}
      </a>
      <SideBar user={user} />
      <main id="content" tabIndex={-1}>
        <div className="bar">
          <h1>{isSales ? text.nav.sales : text.nav.panel}</h1>
          <ConnectionBadge status={connection.status} />
          <LanguageMenu />
        </div>
        <ConnectionNotice {...connection} />
        {children}
        <SaleToast />
      </main>
    </div>
  );
}
