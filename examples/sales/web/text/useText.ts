import { create } from "zustand";
import { en } from "./en.ts";
import { esMx } from "./es-mx.ts";
import type { Messages } from "./messages.ts";
import { ptBr } from "./pt-br.ts";

export const languages = { "es-MX": "Español (México)", "pt-BR": "Português (Brasil)", en: "English" } as const;
export type Language = keyof typeof languages;

const texts: Readonly<Record<Language, Messages>> = { "es-MX": esMx, "pt-BR": ptBr, en };
const CHOSEN = "language";

const isLanguage = (name: string | null): name is Language => name !== null && name in languages;

/** What was chosen here, or the first of the browser's languages that we speak. */
function preferred(): Language {
  const chosen = localStorage.getItem(CHOSEN);
  if (isLanguage(chosen)) return chosen;
  const bases = navigator.languages.map((tag) => tag.split("-")[0]);
  const known = Object.keys(languages).filter(isLanguage);
  for (const base of bases) {
    const found = known.find((each) => each.split("-")[0] === base);
    if (found) return found;
  }
  return "es-MX";
}

const useLanguage = create<{ readonly language: Language }>()(() => ({ language: preferred() }));

export function speak(language: Language): void {
  localStorage.setItem(CHOSEN, language);
  useLanguage.setState({ language });
}

export interface Text {
  readonly language: Language;
  readonly text: Messages;
  /** Mexican pesos. */
  readonly money: (amount: number) => string;
  readonly time: (iso: string) => string;
}

const speakers = new Map<Language, Text>();

/** One for each language: formats are costly to make. */
function speakerOf(language: Language): Text {
  const found = speakers.get(language);
  if (found) return found;
  const money = new Intl.NumberFormat(language, {
    style: "currency",
    currency: "MXN",
    currencyDisplay: "narrowSymbol",
  });
  const time = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
  });
  const made: Text = {
    language,
    text: texts[language],
    money: (amount) => money.format(amount),
    time: (iso) => time.format(new Date(iso)),
  };
  speakers.set(language, made);
  return made;
}

export const useText = (): Text => speakerOf(useLanguage(({ language }) => language));
