import type { ReactElement } from "react";
import { Brand } from "../components/Brand.tsx";
import { signOut, useSessionStore } from "../stores/sessionStore.ts";
import { useText } from "../text/useText.ts";

/** For who has not got the role. Nothing hangs on this page: the hub and the API refuse him, too. */
export function ForbiddenPage(): ReactElement {
  const { text } = useText();
  const user = useSessionStore((state) => state.user);
  return (
    <main className="alone">
      <Brand />
      <div className="card">
        <h1>{text.forbidden.title}</h1>
        <p className="muted">{text.forbidden.hint(user?.role ?? "")}</p>
        <button type="button" className="primary" onClick={signOut}>
          {text.nav.signOut}
        </button>
      </div>
    </main>
  );
}
