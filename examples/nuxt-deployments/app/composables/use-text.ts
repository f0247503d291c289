import { en } from "../text/en.ts";
import { esMx } from "../text/es-mx.ts";
import type { MessageKey, Messages } from "../text/messages.ts";
import { ptBr } from "../text/pt-br.ts";

const messages = { en, "es-MX": esMx, "pt-BR": ptBr } satisfies Record<string, Messages>;

export type Locale = keyof typeof messages;

export const locales = [
  { value: "en", label: "English" },
  { value: "es-MX", label: "Español (México)" },
  { value: "pt-BR", label: "Português (Brasil)" },
] as const satisfies readonly { value: Locale; label: string }[];

/** The texts in the language that was chosen, or that the browser asks for: the same on the server and in the page. */
export const useText = () => {
  const chosen = useCookie<Locale | undefined>("locale", { maxAge: 365 * 24 * 3600, sameSite: "lax" });
  const asked = useRequestHeaders(["accept-language"])["accept-language"];
  const locale = useState<Locale>("locale", () => firstSpoken([chosen.value ?? "", ...(asked?.split(",") ?? [])]));
  const t = (key: MessageKey, slots: Readonly<Record<string, string | number>> = {}): string =>
    messages[locale.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(slots[name] ?? ""));
  const setLocale = (next: Locale): void => {
    chosen.value = next;
    locale.value = next;
  };
  return { locale, t, setLocale };
};

function firstSpoken(wanted: readonly string[]): Locale {
  for (const each of wanted) {
    const found = locales.find(({ value }) => value.slice(0, 2) === each.trim().slice(0, 2).toLowerCase());
    if (found) return found.value;
  }
  return "en";
}
