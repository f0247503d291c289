import {
  type Catalogue,
  catalogue,
  channelName,
  type DataInput,
  type Definitions,
  type EventEnvelope,
  type EventOf,
  type EventsOn,
  type HasDefinitions,
  type NewEvent,
  type readyMade,
  type TypeOf,
} from "@altavoz/events";
import { EventEmitter } from "eventemitter3";
import { createServerApi, type ServerApi, type ServerApiOptions } from "../api/server-api.ts";
import type { KnownChannel, Publishable } from "./publishable.ts";

/** The definitions of the ready-made catalogue. */
export type ReadyMade = typeof readyMade;

export type Ready = HasDefinitions<ReadyMade>;
/** An event of the ready-made catalogue, by its type. */
export type EventNamed<Type extends TypeOf<Ready>> = EventOf<Ready, Type>;
/** Its data, as publishers give it. */
export type GivenData<Type extends TypeOf<Ready>> = DataInput<Ready, Type>;

/** What a publisher tells its listeners once the hub has taken an event. */
export interface Published<Event = EventEnvelope> {
  readonly channel: string;
  readonly event: Event;
}

interface PublisherEvents {
  published: (published: Published) => void;
}

export interface PublisherOptions<D extends Definitions = ReadyMade> extends ServerApiOptions {
  /** A client that several publishers share; without it, each has one of its own. */
  readonly api?: ServerApi;
  /** Which events there are. Absent: the ready-made catalogue. */
  readonly catalogue?: Catalogue<D>;
}

/**
 * Checks events against a catalogue, completes and publishes them. Emits `published` with `{ channel, event }`.
 *
 * Without options the hub is the one of the environment: `CENTRIFUGO_URL` and `CENTRIFUGO_TOKEN`. The id of an event is its
 * idempotency key, so one that is sent twice, here or by a caller that tries again, arrives once.
 */
export abstract class BasePublisher<D extends Definitions = ReadyMade> extends EventEmitter<PublisherEvents> {
  protected readonly centrifugo: ServerApi;
  protected readonly catalogue: Catalogue<D>;
  readonly #tenant: string | undefined;

  constructor(options: PublisherOptions<D> = {}) {
    super();
    this.centrifugo = options.api ?? createServerApi(options);
    // Only without a type argument of its own is there no catalogue among the options.
    this.catalogue = options.catalogue ?? (catalogue as unknown as Catalogue<D>);
    this.#tenant = options.tenant;
  }

  /**
   * Publishes one event and resolves with it in full, when the hub has taken it. Rejects with `InvalidEventError`, which
   * names the failing field, or with an `ApiFailure`.
   */
  async publish<const Channel extends string>(
    channel: Channel & KnownChannel<HasDefinitions<D>, Channel>,
    event: Publishable<HasDefinitions<D>, Channel>,
  ): Promise<EventsOn<HasDefinitions<D>, Channel>> {
    const tenant = this.#tenant === undefined ? {} : { tenantId: this.#tenant };
    return this.#send(channel, this.catalogue.parse<Channel>(event, { channel, ...tenant }));
  }

  /** Publishes a new event of one type in the first channel that the catalogue names for it. */
  protected async publishNew<Type extends TypeOf<HasDefinitions<D>>>(
    type: Type,
    event: NewEvent<DataInput<HasDefinitions<D>, Type>>,
  ): Promise<EventOf<HasDefinitions<D>, Type>> {
    const pattern = this.catalogue.find(type)?.channels?.[0];
    if (pattern === undefined) throw new TypeError(`the catalogue names no channel for ${type}`);
    const full = this.catalogue.create(type, event);
    return this.#send(channelName(pattern, { tenantId: event.tenantId }), full);
  }

  async #send<Event extends EventEnvelope>(channel: string, event: Event): Promise<Event> {
    await this.centrifugo.publish(channel, event, { idempotency_key: event.id, tenant: event.tenantId });
    this.emit("published", { channel, event });
    return event;
  }
}
