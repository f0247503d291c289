/** What the module writes into each application's build. */
declare module "#build/altavoz-catalogue.mjs" {
  export const catalogue: import("@altavoz/client").ClientOptions["catalogue"] | undefined;
}
