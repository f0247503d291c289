import ui from "@nuxt/ui/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { precompress } from "./vite/precompress.ts";
import { strictCsp } from "./vite/strict-csp.ts";

const colors = {
  primary: "indigo",
  secondary: "cyan",
  success: "emerald",
  info: "sky",
  warning: "amber",
  error: "rose",
  neutral: "slate",
} as const;

export default defineConfig({
  // Relative, so that the page also works behind a proxy that adds a path.
  base: "./",
  plugins: [
    strictCsp(colors),
    vue(),
    ui({
      ui: { colors },
      autoImport: false,
      components: false,
      dts: false,
      router: false,
      colorMode: false,
      icon: { clientBundle: { scan: true } },
      experimental: { componentDetection: true },
    }),
    precompress(),
  ],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
