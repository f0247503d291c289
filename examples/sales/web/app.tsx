import type { ReactElement } from "react";
import { useEffect } from "react";
import { AdminLayout } from "./components/Admin/AdminLayout.tsx";
import { navigate, usePathname } from "./lib/navigation.tsx";
import { DashboardPage } from "./pages/DashboardPage.tsx";
import { ForbiddenPage } from "./pages/ForbiddenPage.tsx";
import { LoginPage } from "./pages/LoginPage.tsx";
import { StorePage } from "./pages/StorePage.tsx";
import { VentasPage } from "./pages/VentasPage.tsx";
import { useSessionStore } from "./stores/sessionStore.ts";
import { useText } from "./text/useText.ts";

export function App(): ReactElement | null {
  const { language, text } = useText();
  const pathname = usePathname();
  const { user, status } = useSessionStore();
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = text.shop;
  }, [language, text]);

  if (pathname === "/tienda") return <StorePage />;
  if (status === "unknown") return null;
  if (!user) return <LoginPage />;
  if (user.role !== "ADMIN") return <ForbiddenPage />;
  if (!pathname.startsWith("/admin")) return <Redirect to="/admin" />;
  return <AdminLayout user={user}>{pathname === "/admin/ventas" ? <VentasPage /> : <DashboardPage />}</AdminLayout>;
}

function Redirect({ to }: { readonly to: string }): null {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
