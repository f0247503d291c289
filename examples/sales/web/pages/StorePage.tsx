import { type ReactElement, useState } from "react";
import { type Product, products } from "../../src/domain/products.ts";
import { Brand } from "../components/Brand.tsx";
import { LanguageMenu } from "../components/LanguageMenu.tsx";
import { api } from "../lib/api.ts";
import { useText } from "../text/useText.ts";

/** `/tienda`: the checkout, as short as can be. */
export function StorePage(): ReactElement {
  const { text, money } = useText();
  const [told, setTold] = useState("");
  const buy = ({ id, name }: Product): void => {
    api.checkout([{ product: id, quantity: 1 }]).then(
      () => setTold(text.store.thanks(name)),
      () => setTold(text.store.failed),
    );
  };
  return (
    <main className="store">
      <div className="bar">
        <Brand />
        <a href="/admin">{text.store.admin}</a>
        <LanguageMenu />
      </div>
      <h1>{text.store.title}</h1>
      <p className="muted">{text.store.hint}</p>
      <p role="status" className="told">
        {told}
      </p>
      <ul className="products">
        {products.map((product) => (
          <li key={product.id} className="card">
            <h2>{product.name}</h2>
            <p>{money(product.price)}</p>
            <button type="button" aria-label={text.store.buyOf(product.name)} onClick={() => buy(product)}>
              {text.store.buy}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
