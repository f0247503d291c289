import type { ReactElement } from "react";
import { useText } from "../text/useText.ts";

export function Brand(): ReactElement {
  const { text } = useText();
  return (
    <p className="brand">
      <img src="/icon.svg" alt="" width="30" height="30" />
      {text.shop}
    </p>
  );
}
