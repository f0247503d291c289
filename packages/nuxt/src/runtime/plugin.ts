import { createAltavoz } from "@altavoz/vue";
import { defineNuxtPlugin, type Plugin, useRuntimeConfig } from "nuxt/app";
import { catalogue } from "#build/altavoz-catalogue.mjs";

/**
 * One client for all pages and components. It opens nothing before somebody listens, which on the server nobody does:
 * there it only is what composables ask for.
 */
const plugin: Plugin = defineNuxtPlugin({
  name: "altavoz",
  setup({ vueApp }) {
    const { eventsUrl, eventsTokenPath } = useRuntimeConfig().public;
    vueApp.use(
      createAltavoz({
        url: String(eventsUrl),
        isServer: import.meta.server,
        ...(catalogue ? { catalogue } : {}),
        ...(eventsTokenPath ? { getToken: () => askForToken(String(eventsTokenPath)) } : {}),
      }),
    );
  },
});

/** `null` for who is not signed in: there is no use in asking again. */
async function askForToken(path: string): Promise<string | null> {
  try {
    return (await $fetch<{ token: string }>(path, { method: "POST" })).token;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && "status" in error && (error.status === 401 || error.status === 403);

// biome-ignore lint/style/noDefaultExport: Nuxt looks for a plugin there.
export default plugin;
