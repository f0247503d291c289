import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { NamesOf } from "./channel-pattern.ts";
import type { Definitions } from "./definition.ts";
import type { EventEnvelope } from "./envelope.ts";

/** Anything that carries definitions; every catalogue does. */
export interface HasDefinitions<D extends Definitions = Definitions> {
  readonly definitions: D;
}

type DefinitionsOf<C extends HasDefinitions> = C["definitions"];

/** The types of a catalogue's events. */
export type TypeOf<C extends HasDefinitions> = keyof DefinitionsOf<C> & string;

type SchemaOf<D> = D extends StandardSchemaV1
  ? D
  : D extends { readonly data: infer S extends StandardSchemaV1 }
    ? S
    : never;

/** The data of one type of event, as subscribers get it. */
export type DataOf<C extends HasDefinitions, Type extends TypeOf<C>> = Type extends unknown
  ? StandardSchemaV1.InferOutput<SchemaOf<DefinitionsOf<C>[Type]>>
  : never;

/** The data of one type of event, as publishers give it. */
export type DataInput<C extends HasDefinitions, Type extends TypeOf<C>> = Type extends unknown
  ? StandardSchemaV1.InferInput<SchemaOf<DefinitionsOf<C>[Type]>>
  : never;

type WireType<C extends HasDefinitions, Type extends TypeOf<C>> = DefinitionsOf<C>[Type] extends {
  readonly anyType: true;
}
  ? string
  : Type;

type Mirrored<C extends HasDefinitions, Type extends TypeOf<C>> = DefinitionsOf<C>[Type] extends { readonly flat: true }
  ? Readonly<Omit<DataOf<C, Type>, keyof EventEnvelope>>
  : unknown;

/** One type of event, or a union of several: envelope, data, and beside it the fields that stand there. */
export type EventOf<C extends HasDefinitions, Type extends TypeOf<C> = TypeOf<C>> = Type extends unknown
  ? EventEnvelope<WireType<C, Type>, DataOf<C, Type>> & Mirrored<C, Type>
  : never;

type PatternOf<D> = D extends { readonly channels: readonly (infer P extends string)[] } ? P : never;

/** The patterns of the channels of a type of event. */
export type PatternsOf<C extends HasDefinitions, Type extends TypeOf<C>> = PatternOf<DefinitionsOf<C>[Type]>;

/** The names of the channels of a type of event, as a template literal type. */
export type ChannelOf<C extends HasDefinitions, Type extends TypeOf<C> = TypeOf<C>> = Type extends unknown
  ? NamesOf<PatternsOf<C, Type>>
  : never;

/** The types of the events that a channel carries. */
export type TypesOn<C extends HasDefinitions, Channel extends string> = {
  readonly [Type in TypeOf<C>]: Channel extends ChannelOf<C, Type> ? Type : never;
}[TypeOf<C>];

/** The events that a channel carries; an envelope of anything for a channel that the catalogue does not know. */
export type EventsOn<C extends HasDefinitions, Channel extends string> = string extends Channel
  ? EventEnvelope
  : [TypesOn<C, Channel>] extends [never]
    ? EventEnvelope
    : EventOf<C, TypesOn<C, Channel>>;
