/** `@altavoz/nuxt`: what Nuxt loads when an application lists the module. */
import {
  addComponent,
  addImportsDir,
  addPlugin,
  addServerImports,
  createResolver,
  defineNuxtModule,
  useLogger,
} from "@nuxt/kit";
import type { NuxtModule } from "@nuxt/schema";
import { addCatalogue } from "./catalogue.ts";
import { completeRuntimeConfig } from "./runtime-config.ts";

/** What a build depends on. Addresses and secrets are in `runtimeConfig`, so that one build serves every environment. */
export interface AltavozOptions {
  /**
   * A file or package whose export `catalogue` says which events there are, from `defineEvents`: `~/events.ts`, or
   * `@altavoz/events` for the ready-made ones. Composables then know channels and events, and what arrives is checked.
   */
  readonly catalogue?: string;
}

const altavoz: NuxtModule<AltavozOptions> = defineNuxtModule<AltavozOptions>({
  meta: { name: "@altavoz/nuxt", configKey: "altavoz", compatibility: { nuxt: ">=4.0.0" } },
  async setup({ catalogue }, nuxt) {
    const { resolve } = createResolver(import.meta.url);
    const logger = useLogger("altavoz");
    completeRuntimeConfig(nuxt.options.runtimeConfig, (message) => logger.warn(message));
    await addCatalogue(catalogue);
    addImportsDir(resolve("./runtime/composables"));
    addComponent({ name: "EventErrorBoundary", export: "EventErrorBoundary", filePath: "@altavoz/vue" });
    addPlugin(resolve("./runtime/plugin"));
    addServerImports({ name: "eventsTokenHandler", from: resolve("./runtime/server/events-token-handler") });
  },
});

// biome-ignore lint/style/noDefaultExport: Nuxt looks for a module there.
export default altavoz;
