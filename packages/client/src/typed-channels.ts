import type {
  ChannelOf,
  DataInput,
  EventEnvelope,
  EventOf,
  EventsOn,
  HasDefinitions,
  ReadContext,
  ReadResult,
  TypeOf,
  TypesOn,
} from "@altavoz/events";

/** The channels that a client may name: those of its catalogue, or any without one. */
export type ChannelName<C extends HasDefinitions> = string extends TypeOf<C> ? string : ChannelOf<C>;

/** The events that a channel of this name carries. */
export type ChannelEvent<C extends HasDefinitions, Name extends string> =
  string extends TypeOf<C> ? EventEnvelope : EventsOn<C, Name>;

/** An event as it is published: id and time are filled in. */
interface Draft<Type, Data> extends Partial<Omit<EventEnvelope, "type" | "data">> {
  readonly type: Type;
  readonly tenantId: string;
  readonly data: Data;
}

type DraftOf<C extends HasDefinitions, Type extends TypeOf<C>> = Type extends unknown
  ? Draft<EventOf<C, Type>["type"], DataInput<C, Type>>
  : never;

/** What may be published in a channel of this name; without a catalogue, anything that JSON can say. */
export type ChannelDraft<C extends HasDefinitions, Name extends string> =
  string extends TypeOf<C> ? unknown : DraftOf<C, TypesOn<C, Name>>;

/** A catalogue; one of `defineEvents` also reads what arrives: aliases, older versions, fields beside the data. */
export interface ClientCatalogue extends HasDefinitions {
  tryParse?(value: unknown, context: ReadContext): ReadResult<unknown>;
}
