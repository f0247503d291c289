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
      ui: {
        colors,
        // Hovering must not take contrast away: Nuxt UI lets the button fade instead.
        button: {
          compoundVariants: [
            {
              color: "primary",
              variant: "solid",
              class: "hover:bg-primary-700 active:bg-primary-700 dark:hover:bg-primary-300 dark:active:bg-primary-300",
            },
          ],
        },
      },
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
