import "@fontsource-variable/inter";
import "virtual:ui-colors.css";
import "./styles.css";
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import App from "./app.vue";
import { i18n } from "./i18n/locale.ts";

document.documentElement.lang = i18n.global.locale.value;
createApp(App).use(i18n).use(ui).mount("#app");
