import type { StandardSchemaV1 } from "@standard-schema/spec";

/** What a catalogue knows of one type of event. */
export interface EventDefinition<
  Schema extends StandardSchemaV1 = StandardSchemaV1,
  Channels extends readonly string[] = readonly string[],
  Flat extends boolean = boolean,
  AnyType extends boolean = boolean,
> {
  /** Any Standard Schema: zod, valibot, arktype … */
  readonly data: Schema;
  /** Patterns of the channels it is published in, the usual one first: `tenant:{tenantId}:billing`. */
  readonly channels?: Channels;
  /** Events that belong together; a word for documents. */
  readonly family?: string;
  /** One sentence for documents. */
  readonly summary?: string;
  /** Other names that publishers use; read as this type. */
  readonly aliases?: readonly string[];
  /** The envelope's status when a publisher gives none. */
  readonly status?: string;
  /** The fields of the data stand beside it, too, for subscribers that read `event.progress`. */
  readonly flat?: Flat;
  /** On its channels, events of unknown type are read as this one and keep their type. */
  readonly anyType?: AnyType;
  /** On its channels, an event without a type is of this one. */
  readonly byDefault?: boolean;
  /** The version of `data`; 1 when absent. */
  readonly version?: number;
  /** By the version they start from: what makes the data of an older version into that of the next. */
  readonly upcast?: Readonly<Record<number, (data: never) => unknown>>;
  /** For schemas that cannot say it themselves. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** Data for documents; checked against the schema with the catalogue's tests. */
  readonly example?: unknown;
}

/** What `defineEvents` takes: the schema of the data, or a whole definition, by the event's type. */
export type Definitions = Readonly<Record<string, StandardSchemaV1 | EventDefinition>>;

export const isSchema = (value: StandardSchemaV1 | EventDefinition): value is StandardSchemaV1 => "~standard" in value;

interface Shared<Channels extends readonly string[], Flat extends boolean> {
  readonly family: string;
  readonly channels: Channels;
  readonly flat?: Flat;
}

type InFamily<Events extends Definitions, Channels extends readonly string[], Flat extends boolean> = {
  readonly [Type in keyof Events]: (Events[Type] extends StandardSchemaV1
    ? { readonly data: Events[Type] }
    : Events[Type]) & {
    readonly channels: Channels;
    readonly flat: Flat;
  };
};

/** Events that share their channels: `defineEvents({ ...family({ family: "billing", channels: […] }, { … }) })`. */
export function family<
  const Events extends Definitions,
  const Channels extends readonly string[],
  const Flat extends boolean = false,
>(shared: Shared<Channels, Flat>, events: Events): InFamily<Events, Channels, Flat> {
  const entries = Object.entries(events).map(([type, event]) => [
    type,
    { ...shared, ...(isSchema(event) ? { data: event } : event) },
  ]);
  return Object.fromEntries(entries) as InFamily<Events, Channels, Flat>;
}
