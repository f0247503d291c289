import type { ChannelOf, EventEnvelope, EventsOn, HasDefinitions, TypeOf } from "@altavoz/events";

/** The channels that a client may name: those of its catalogue, or any without one. */
export type ChannelName<C extends HasDefinitions> = string extends TypeOf<C> ? string : ChannelOf<C>;

/** The events that a channel of this name carries. */
export type ChannelEvent<C extends HasDefinitions, Name extends string> =
  string extends TypeOf<C> ? EventEnvelope : EventsOn<C, Name>;
