import { createClient as create } from "./index.ts";

export * from "./index.ts";

type Create = typeof create;

/** Closes every client that was made of here. */
export const closers: (() => void)[] = [];

/** The same as that of the package, which the README's programs import instead. */
export const createClient: Create = (options) => {
  const client = create(options);
  closers.push(client.close);
  return client;
};
