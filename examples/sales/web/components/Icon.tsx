import type { ReactElement } from "react";

const paths = {
  panel: "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
  sales: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  store: "M4 9l2-5h12l2 5M4 9v11h16V9M4 9h16M9 20v-6h6v6",
  out: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12l5 5 9-10",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  plus: "M12 5v14M5 12h14",
  alert: "M12 8v5M12 16.5v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  dot: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
} as const;

/** Says nothing by itself: words stand beside it. */
export const Icon = ({ name }: { readonly name: keyof typeof paths }): ReactElement => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
