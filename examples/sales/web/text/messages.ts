/** Everything that people read. */
export interface Messages {
  readonly shop: string;
  readonly language: string;
  readonly skip: string;
  readonly close: string;
  readonly login: {
    readonly title: string;
    readonly hint: string;
    readonly email: string;
    readonly password: string;
    readonly submit: string;
    readonly wrong: string;
    readonly unreachable: string;
    readonly accounts: string;
    readonly admin: string;
    readonly seller: string;
  };
  readonly forbidden: { readonly title: string; readonly hint: (role: string) => string };
  readonly nav: {
    readonly label: string;
    readonly panel: string;
    readonly sales: string;
    readonly store: string;
    readonly newSales: string;
    readonly signOut: string;
  };
  readonly connection: {
    readonly live: string;
    readonly connecting: string;
    readonly waiting: string;
    readonly lost: (attempt: number, attempts: number) => string;
    readonly failed: (attempts: number) => string;
    readonly refused: (reason: string) => string;
    readonly retry: string;
  };
  readonly panel: {
    readonly today: string;
    readonly income: string;
    readonly pending: string;
    readonly hint: string;
    readonly recent: string;
    readonly all: string;
  };
  readonly sales: {
    readonly hint: string;
    readonly add: string;
    readonly total: string;
    readonly save: string;
    readonly cancel: string;
    readonly number: string;
    readonly items: string;
    readonly byHand: string;
    readonly status: string;
    readonly date: string;
    readonly amount: string;
    readonly action: string;
    readonly pending: string;
    readonly approved: string;
    readonly confirm: string;
    readonly none: string;
    readonly failed: string;
    readonly refused: string;
  };
  readonly toast: {
    readonly created: (id: number) => string;
    readonly paid: (id: number) => string;
    readonly see: string;
  };
  readonly store: {
    readonly title: string;
    readonly hint: string;
    readonly buy: string;
    readonly buyOf: (name: string) => string;
    readonly thanks: (name: string) => string;
    readonly failed: string;
    readonly admin: string;
  };
}
