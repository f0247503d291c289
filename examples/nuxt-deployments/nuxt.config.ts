export default defineNuxtConfig({
  compatibilityDate: "2026-11-01",
  modules: ["@altavoz/nuxt", "@nuxt/ui"],
  // The ready-made events: their channels and data are known to the compiler, and checked as they arrive.
  altavoz: { catalogue: "@altavoz/events" },
  css: ["~/assets/main.css"],
  runtimeConfig: {
    // Each has its variable: NUXT_EVENTS_TOKEN_SECRET and so on. What is not under `public` never leaves the server.
    eventsTokenSecret: "",
    sessionPassword: "",
    /** Publishes events of a busy day, so that there is something to see. */
    demo: false,
    /** How long each step of a pretended deployment takes. */
    stepMs: 1_500,
    public: {
      eventsUrl: "ws://localhost:8000",
    },
  },
  ui: { fonts: false },
  icon: { provider: "none", fallbackToApi: false, clientBundle: { scan: true } },
  sourcemap: false,
  telemetry: false,
  devtools: { enabled: false },
});
