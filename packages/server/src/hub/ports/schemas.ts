import type { Channel } from "../values/channel.ts";
import type { Payload } from "../values/publication.ts";

/** What publications in some channels have to be. */
export interface SchemaRecord {
  readonly name: string;
  /** From 1; grows with every change. */
  readonly version: number;
  /** Patterns of channel names, where `*` stands for anything. */
  readonly channels: readonly string[];
  /** JSON Schema, as JSON. */
  readonly schema: string;
  /** Of the configuration: nobody changes it while the server runs. */
  readonly fixed: boolean;
}

export interface SchemaOrder {
  readonly name: string;
  readonly channels: readonly string[];
  readonly schema: string;
  /** The version that this becomes; absent: the next one. */
  readonly version?: number;
  /** Also when publications that were right become wrong, or subscribers find what they do not expect. */
  readonly force: boolean;
}

/** Which publications a tenant takes in its channels. Nothing of one tenant ever counts for another. */
export interface Schemas {
  /**
   * Throws `HubError` schemaMismatch, which names the failing field and what is expected there, for data that one of the
   * channel's schemas does not take. Not a promise when the tenant's schemas are at hand.
   */
  check(channel: Channel, data: Payload): void | Promise<void>;
  /**
   * Keeps a schema: from now on here, on other nodes when they are told. Says the same twice without another version.
   * Throws `HubError` badRequest that says what is wrong with the schema, or in what it is not compatible; limitExceeded.
   */
  put(tenant: string, order: SchemaOrder): Promise<SchemaRecord>;
  /** What is not there is no error. Throws `HubError` badRequest for one of the configuration. */
  remove(tenant: string, name: string): Promise<void>;
  list(tenant: string): Promise<readonly SchemaRecord[]>;
  /** Another node has changed those of a tenant; without one, some may have changed. */
  changed(tenant?: string): void;
  stop(): void;
}
