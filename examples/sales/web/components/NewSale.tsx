import { type FormEvent, type ReactElement, useState } from "react";
import { api } from "../lib/api.ts";
import { loadSales } from "../stores/salesStore.ts";
import { useText } from "../text/useText.ts";
import { Icon } from "./Icon.tsx";

/** An administrator enters a sale by hand. */
export function NewSale(): ReactElement {
  const { text } = useText();
  const [isOpen, setIsOpen] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    try {
      await api.createSale(Number(new FormData(event.currentTarget).get("total")));
    } catch {
      setHasFailed(true);
      return;
    }
    setIsOpen(false);
    setHasFailed(false);
    await loadSales();
  }

  if (!isOpen) {
    return (
      <button type="button" className="primary" onClick={() => setIsOpen(true)}>
        <Icon name="plus" />
        {text.sales.add}
      </button>
    );
  }
  return (
    <form className="inline" onSubmit={save}>
      <label>
        {text.sales.total}
        {/* biome-ignore lint/a11y/noAutofocus: the field appears because the person asked for it */}
        <input name="total" type="number" min="0.01" max="1000000" step="0.01" required autoFocus />
      </label>
      <button type="submit" className="primary">
        {text.sales.save}
      </button>
      <button type="button" onClick={() => setIsOpen(false)}>
        {text.sales.cancel}
      </button>
      {hasFailed && <p role="alert">{text.sales.refused}</p>}
    </form>
  );
}
