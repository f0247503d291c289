import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `NEXT_PUBLIC_WS_URL` is written into the page when it is built, and read in it as Next.js has it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  define: {
    "process.env.NEXT_PUBLIC_WS_URL": JSON.stringify(process.env.NEXT_PUBLIC_WS_URL ?? ""),
  },
  // In this repository: the sources of @altavoz/react, not what was built of them last.
  resolve: { conditions: ["@altavoz/source", "module", "browser", "development|production"] },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
