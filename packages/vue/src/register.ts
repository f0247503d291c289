import type { HasDefinitions } from "@altavoz/events";

/**
 * Tells every composable which events there are, once for an application:
 *
 *     declare module "@altavoz/vue" {
 *       interface Register { catalogue: typeof catalogue }
 *     }
 *
 * Without it every channel may be named, and its events are envelopes of anything.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the application fills it in.
export interface Register {}

/** The catalogue that the application has registered. */
export type Registered = Register extends { readonly catalogue: infer C extends HasDefinitions } ? C : HasDefinitions;
