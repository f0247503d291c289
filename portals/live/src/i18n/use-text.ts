import { type ComputedRef, computed } from "vue";
import { useI18n } from "vue-i18n";
import type { Locale } from "./locale.ts";
import type { Arguments, MessageKey } from "./messages.ts";

export interface Formats {
  /** A plain number; `digits` after the decimal sign. */
  number(value: number, digits?: number): string;
  percent(share: number): string;
  /** Bytes in the largest fitting decimal unit. */
  bytes(value: number): string;
  /** The number alone, with a decimal below 100. */
  milliseconds(value: number): string;
  /** For measurements that are no finer than a millisecond. */
  wholeMilliseconds(value: number): string;
  time(milliseconds: number): string;
}

export interface Text {
  /** The message in the current language. The compiler rejects an unknown key, a missing slot and a forgotten count. */
  t<K extends MessageKey>(key: K, ...args: Arguments<K>): string;
  readonly f: ComputedRef<Formats>;
  readonly locale: ComputedRef<Locale>;
}

export function useText(): Text {
  const { t: translate, locale } = useI18n();
  return {
    locale: computed(() => locale.value as Locale),
    f: computed(() => createFormats(locale.value)),
    t(key, ...args) {
      const [first, second] = args as [unknown?, Record<string, string>?];
      return typeof first === "number"
        ? translate(key, second ?? {}, first)
        : translate(key, (first ?? {}) as Record<string, string>);
    },
  };
}

function createFormats(locale: string): Formats {
  const plain = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const clock = new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  const unit = (name: string, digits: number): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  const gigabytes = unit("gigabyte", 1);
  const megabytes = unit("megabyte", 0);
  return {
    number: (value, digits = 0) => (plain[digits] ?? whole).format(value),
    percent: (share) => percent.format(share),
    bytes: (value) => (value >= 1e9 ? gigabytes.format(value / 1e9) : megabytes.format(value / 1e6)),
    milliseconds: (value) => (value < 100 ? (plain[1] ?? whole) : whole).format(value),
    wholeMilliseconds: (value) => (value < 1 ? "< 1" : whole.format(value)),
    time: (milliseconds) => clock.format(milliseconds),
  };
}
