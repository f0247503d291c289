import tailwindColors from "tailwindcss/colors";
import type { Plugin } from "vite";

type Palette = Exclude<keyof typeof tailwindColors, "inherit" | "current" | "transparent" | "black" | "white">;

const COLORS_ID = "virtual:ui-colors.css";
const RUNTIME_COLORS = "@nuxt/ui/dist/runtime/plugins/colors.js";

/**
 * Makes Nuxt UI work under `default-src 'self'`: it writes its colours into a `<style>` at run time, which that policy
 * forbids. This plugin puts the same variables into the bundled style sheet and takes the run-time part out.
 */
export function strictCsp(colors: Readonly<Record<string, Palette>>): Plugin {
  return {
    name: "altavoz:strict-csp",
    enforce: "pre",
    resolveId(id) {
      return id === COLORS_ID ? `\0${COLORS_ID}` : undefined;
    },
    load(id) {
      if (id === `\0${COLORS_ID}`) return colorSheet(colors);
      if (id.replaceAll("\\", "/").split("?")[0]?.endsWith(RUNTIME_COLORS)) return "export default { install() {} }";
      return undefined;
    },
  };
}

/** Amber is the lightest of the accents, indigo the darkest. */
const LIGHT_SHADES = new Map([
  ["primary", 600],
  ["warning", 800],
]);

/** Light shades are darker than Nuxt UI's own 500, which has too little contrast for text on tinted badges. */
function colorSheet(colors: Readonly<Record<string, Palette>>): string {
  const accents = Object.keys(colors).filter((name) => name !== "neutral");
  const shades = Object.entries(colors).flatMap(([name, palette]) =>
    Object.entries(tailwindColors[palette]).map(([shade, value]) => `--ui-color-${name}-${shade}:${value};`),
  );
  const light = accents.map((name) => `--ui-${name}:var(--ui-color-${name}-${LIGHT_SHADES.get(name) ?? 700});`);
  const dark = accents.map((name) => `--ui-${name}:var(--ui-color-${name}-400);`);
  return `@layer theme{:root,:host{${shades.join("")}}:root,:host,.light{${light.join("")}}.dark{${dark.join("")}}}`;
}
