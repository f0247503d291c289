import { createI18n } from "vue-i18n";
import { remember, remembered } from "../remembered.ts";
import { en } from "./en.ts";
import { esMx } from "./es-mx.ts";
import type { Messages } from "./messages.ts";
import { ptBr } from "./pt-br.ts";

export const locales = [
  { value: "en", label: "English" },
  { value: "es-MX", label: "Español (México)" },
  { value: "pt-BR", label: "Português (Brasil)" },
] as const;

export type Locale = (typeof locales)[number]["value"];

const messages = { en, "es-MX": esMx, "pt-BR": ptBr } satisfies Record<Locale, Messages>;

/** The remembered language, else the browser's first that we speak (any Spanish, any Portuguese), else English. */
function initialLocale(): Locale {
  for (const wanted of [remembered("locale") ?? "", ...navigator.languages]) {
    const language = wanted.slice(0, 2).toLowerCase();
    const match = locales.find(({ value }) => value.slice(0, 2) === language);
    if (match) return match.value;
  }
  return "en";
}

export const i18n = createI18n<[Messages], Locale, false>({
  legacy: false,
  flatJson: true,
  locale: initialLocale(),
  fallbackLocale: "en",
  messages,
});

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  remember("locale", locale);
}
