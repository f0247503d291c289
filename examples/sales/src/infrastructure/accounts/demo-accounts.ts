export interface DemoAccount {
  readonly uid: string;
  readonly email: string;
  readonly name: string;
  /** The custom claim `role` of its tokens. */
  readonly role: "ADMIN" | "SELLER";
}

/** Of all demo accounts: they are made to be tried. */
export const DEMO_PASSWORD = "demo-1234";

export const demoAccounts: readonly DemoAccount[] = [
  { uid: "ana", email: "ana@tienda.example", name: "Ana Torres", role: "ADMIN" },
  { uid: "luis", email: "luis@tienda.example", name: "Luis Prado", role: "ADMIN" },
  { uid: "bruno", email: "bruno@tienda.example", name: "Bruno Lima", role: "SELLER" },
];
