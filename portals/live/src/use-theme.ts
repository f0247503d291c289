import { type Ref, ref } from "vue";
import { remember, remembered } from "./remembered.ts";

const root = document.documentElement;
const dark = ref(root.classList.contains("dark"));

function apply(wanted: boolean): void {
  dark.value = wanted;
  root.classList.toggle("dark", wanted);
  root.classList.toggle("light", !wanted);
}

// Without a choice of the visitor the page follows the system; `theme.js` did so before the first paint.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
  if (remembered("theme") === null) apply(matches);
});

export function useTheme(): { dark: Readonly<Ref<boolean>>; toggle(): void } {
  return {
    dark,
    toggle() {
      apply(!dark.value);
      remember("theme", dark.value ? "dark" : "light");
    },
  };
}
