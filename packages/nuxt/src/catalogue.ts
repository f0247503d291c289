import { addTemplate, addTypeTemplate, resolvePath } from "@nuxt/kit";

/** Where the plugin imports the catalogue from. */
const MODULE = "altavoz-catalogue.mjs";

/** Hands the application's catalogue, or none, to the plugin, and its type to the composables. */
export async function addCatalogue(given: string | undefined): Promise<void> {
  const path = given && JSON.stringify(await resolvePath(given));
  addTemplate({
    filename: MODULE,
    getContents: () => (path ? `export { catalogue } from ${path};\n` : "export const catalogue = undefined;\n"),
  });
  if (!path) return;
  addTypeTemplate({
    filename: "types/altavoz-catalogue.d.ts",
    getContents: () => `import type { catalogue } from ${path};
declare module "@altavoz/vue" {
  interface Register { catalogue: typeof catalogue }
}
`,
  });
}
