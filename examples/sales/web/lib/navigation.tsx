import { type AnchorHTMLAttributes, type MouseEvent, type ReactElement, useSyncExternalStore } from "react";

const MOVED = "app:moved";

function subscribe(listener: () => void): () => void {
  for (const event of ["popstate", MOVED]) window.addEventListener(event, listener);
  return () => {
    for (const event of ["popstate", MOVED]) window.removeEventListener(event, listener);
  };
}

/** Where the page is, as `next/navigation` has it. */
export const usePathname = (): string => useSyncExternalStore(subscribe, () => location.pathname);

export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  window.dispatchEvent(new Event(MOVED));
}

/** A link within the page, as `next/link` has it. */
export function Link({
  href,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }): ReactElement {
  const follow = (event: MouseEvent): void => {
    const wantsOtherTab = event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
    if (wantsOtherTab) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} {...rest} onClick={follow} />;
}
