import type { en } from "./en.ts";

export type MessageKey = keyof typeof en;
/** Every language has every key of English. */
export type Messages = Readonly<Record<MessageKey, string>>;
