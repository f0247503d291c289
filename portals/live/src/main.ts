import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "virtual:ui-colors.css";
import "./styles.css";
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import App from "./app.vue";
import { i18n } from "./i18n/locale.ts";

document.documentElement.lang = i18n.global.locale.value;

/** The first paint waits this long for the fonts: text that is set twice would jump. */
const FONT_PATIENCE_MS = 400;
await Promise.race([
  Promise.all(['1em "Inter Variable"', '1em "JetBrains Mono Variable"'].map((font) => document.fonts.load(font))),
  new Promise((resolve) => setTimeout(resolve, FONT_PATIENCE_MS)),
]);
createApp(App).use(i18n).use(ui).mount("#app");
