import type { Definitions } from "./definition.ts";
import { createDefinitionIndex, type Known } from "./definition-index.ts";
import type { LooseEvent } from "./envelope.ts";
import type { DataInput, EventOf, EventsOn, HasDefinitions, TypeOf } from "./inference.ts";
import { InvalidEventError } from "./issue.ts";
import { type Clock, systemClock } from "./kit/clock.ts";
import { createIds, type Ids } from "./kit/ids.ts";
import { createEventReader, type ReadContext, type ReadResult } from "./read-event.ts";

/** What a publisher says of a new event; the rest is filled in. */
export interface NewEvent<Data> {
  readonly tenantId: string;
  readonly data: Data;
  readonly instanceId?: string;
  readonly status?: string;
  /** By default a new one. */
  readonly id?: string;
  /** By default now. */
  readonly timestamp?: string;
}

/** All events of an application: makes them, checks them, and knows where they belong. */
export interface Catalogue<D extends Definitions = Definitions> extends HasDefinitions<D> {
  readonly definitions: D;
  /** Every definition with its type, in order. */
  readonly known: readonly Known[];
  /** The definition of a type or of one of its aliases. */
  find(type: string): Known | undefined;
  /** The definitions whose channels include this one; empty when the catalogue does not know it. */
  on(channel: string): readonly Known[];
  /** A new event in full. Throws `InvalidEventError`. */
  create<Type extends TypeOf<HasDefinitions<D>>>(
    type: Type,
    event: NewEvent<DataInput<HasDefinitions<D>, Type>>,
  ): EventOf<HasDefinitions<D>, Type>;
  /**
   * An event in full out of what somebody published: aliases, older versions and fields beside the data are read, ids
   * and times that are missing are filled in, and fields that nobody knows are kept. Throws `InvalidEventError`.
   */
  parse<const Channel extends string = string>(
    value: unknown,
    context?: ReadContext & { readonly channel?: Channel },
  ): EventsOn<HasDefinitions<D>, Channel>;
  /** The same without throwing. */
  tryParse<const Channel extends string = string>(
    value: unknown,
    context?: ReadContext & { readonly channel?: Channel },
  ): ReadResult<EventsOn<HasDefinitions<D>, Channel>>;
}

/** Where times and ids come from. */
export interface CatalogueOptions {
  readonly clock?: Clock;
  readonly ids?: Ids;
}

/**
 * A catalogue of events out of the schemas of their data. Throws a `TypeError` when two of them share a name.
 *
 *     const shop = defineEvents({ "order.paid": z.object({ orderId: z.string() }) });
 *     shop.create("order.paid", { tenantId: "12345", data: { orderId: "A-1" } });
 */
export function defineEvents<const D extends Definitions>(
  definitions: D,
  options: CatalogueOptions = {},
): Catalogue<D> {
  const { clock = systemClock } = options;
  const { ids = createIds(clock) } = options;
  const index = createDefinitionIndex(definitions);
  const read = createEventReader(index, { newId: () => ids.next(), now: () => clock.now() });
  const insist = (value: unknown, context?: ReadContext): unknown => {
    const result = read(value, context);
    if (result.ok) return result.event;
    throw new InvalidEventError(subjectOf(value, context), result.issues);
  };
  return {
    definitions,
    known: index.all,
    find: (type) => index.byType(type),
    on: (channel) => index.byChannel(channel)?.known ?? [],
    create: (type, event) => insist({ ...event, type }) as EventOf<HasDefinitions<D>, typeof type>,
    parse: (value, context) => insist(value, context) as never,
    tryParse: (value, context) => read(value, context) as never,
  };
}

function subjectOf(value: unknown, context: ReadContext | undefined): string {
  const type = (value as LooseEvent | null | undefined)?.type;
  const what = typeof type === "string" ? `the event ${type}` : "the event";
  return context?.channel === undefined ? `${what} does not fit` : `${what} does not fit ${context.channel}`;
}
