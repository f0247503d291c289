import type { Route } from "./listener.ts";

/** One protocol with the transports it offers, mounted as routes. */
export interface Door {
  readonly name: string;
  readonly routes: readonly Route[];
}
