export interface Product {
  readonly id: string;
  readonly name: string;
  /** In Mexican pesos. */
  readonly price: number;
}

/** What the shop sells. Prices come from here and never from a browser. */
export const products: readonly Product[] = [
  { id: "cafe-chiapas", name: "Café de Chiapas", price: 189 },
  { id: "cafe-minas", name: "Café de Minas Gerais", price: 205 },
  { id: "prensa", name: "Prensa francesa", price: 549 },
  { id: "molino", name: "Molino manual", price: 890 },
  { id: "taza", name: "Taza de barro", price: 145 },
  { id: "filtros", name: "Filtros de papel", price: 79 },
];
