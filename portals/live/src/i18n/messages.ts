import type { en } from "./en.ts";

type English = typeof en;
export type MessageKey = keyof English;

/** The slot names of a message: `"{used} of {total}"` has `"used" | "total"`. */
type SlotNames<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | SlotNames<Rest> : never;

type PluralKeys = { [K in MessageKey]: English[K] extends `${string} | ${string}` ? K : never }[MessageKey];
export type SlotOf<K extends MessageKey> = SlotNames<English[K]>;

/** Every language has every key of English. */
export type Messages = Record<MessageKey, string>;

/** The arguments that `t` demands for a key: none, its slots, or its slots and the number that picks the plural form. */
export type Arguments<K extends MessageKey> = K extends PluralKeys
  ? [count: number, slots: Record<SlotOf<K>, string>]
  : [SlotOf<K>] extends [never]
    ? []
    : [slots: Record<SlotOf<K>, string>];
