import type { ChannelOf, DataInput, EventEnvelope, HasDefinitions, TypeOf, TypesOn } from "@altavoz/events";

/** The definition of one type. */
type Definition<C extends HasDefinitions, Type extends TypeOf<C>> = C["definitions"][Type];

type AliasOf<D> = D extends { readonly aliases: readonly (infer Alias extends string)[] } ? Alias : never;

type NameOf<D, Type extends string> = D extends { readonly anyType: true } ? string : Type | AliasOf<D>;

/** Where the channel says which type is meant, the event need not. */
type Naming<D, Type extends string> = D extends { readonly byDefault: true }
  ? { readonly type?: NameOf<D, Type> }
  : { readonly type: NameOf<D, Type> };

/** The data in its own member, or beside the others where no name means two things. */
type Placed<Data> = { readonly data: Data } | (Data extends object ? Beside<Data> : never);
type Beside<Data extends object> = keyof Data & keyof EventEnvelope extends never
  ? Data & { readonly data?: never }
  : never;

type Around = Partial<Omit<EventEnvelope, "type" | "data">>;

type Form<C extends HasDefinitions, Type extends TypeOf<C>> = Type extends unknown
  ? Around & Naming<Definition<C, Type>, Type> & Placed<DataInput<C, Type>>
  : never;

/**
 * What may be published in a channel, as short as the catalogue can read it: the ids, the time and the tenant that the
 * channel names are filled in. For a channel whose name is only known at run time, any event; the catalogue decides then.
 */
export type Publishable<C extends HasDefinitions, Channel extends string> = string extends Channel
  ? object
  : Form<C, TypesOn<C, Channel>>;

/** The channel itself; the channels of the catalogue, for the compiler's message, when it is none of them. */
export type KnownChannel<C extends HasDefinitions, Channel extends string> = string extends Channel
  ? string
  : [TypesOn<C, Channel>] extends [never]
    ? ChannelOf<C>
    : Channel;
