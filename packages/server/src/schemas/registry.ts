import {
  type Channel,
  HubError,
  type Payload,
  PLATFORM_ID,
  type SchemaOrder,
  type SchemaPlace,
  type SchemaRecord,
  type SchemaStore,
  type Schemas,
} from "../hub/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { type Compile, SchemaError } from "./compile.ts";
import type { ConfiguredOf } from "./configured.ts";
import { type Checked, checkOrder, readKept, useKept, writeKept } from "./kept.ts";
import { succeed } from "./succession.ts";
import { TenantSchemas } from "./tenant-schemas.ts";

export interface RegistryOptions {
  readonly configuredOf: ConfiguredOf;
  readonly compiler: () => Promise<Compile>;
  readonly store: SchemaStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What another node said and nobody here heard is found after this time. */
const REFRESH_MS = 30_000;
const MAX_ATTEMPTS = 5;

/**
 * Holds publications against the schemas of the configuration and of tenants. Those of a tenant are read from the store
 * when it publishes, compiled once, and forgotten when it is silent.
 */
export class Registry implements Schemas {
  readonly #options: RegistryOptions;
  readonly #tenants = new Map<string, TenantSchemas>();
  readonly #loading = new Map<string, Promise<TenantSchemas>>();
  readonly #endRefreshing: () => void;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#endRefreshing = options.clock.every(REFRESH_MS, () => this.#refreshUsed());
  }

  check(channel: Channel, data: Payload): void | Promise<void> {
    const { owner } = channel;
    const known = this.#tenants.get(owner);
    if (known) return checkKnown(known, channel, data);
    return (this.#loading.get(owner) ?? this.#load(owner)).then((found) => checkKnown(found, channel, data));
  }

  async put(tenant: string, order: SchemaOrder): Promise<SchemaRecord> {
    checkOrder(order);
    const compile = await this.#options.compiler();
    try {
      compile(order.schema, { trusted: false });
    } catch (error) {
      throw error instanceof SchemaError ? new HubError("badRequest", error.message) : error;
    }
    const place = { tenant, name: order.name };
    return this.#change(place, (current, text) => {
      const record = succeed(current, order);
      return { next: record === current ? text : writeKept(record), result: record };
    });
  }

  async remove(tenant: string, name: string): Promise<void> {
    return this.#change({ tenant, name }, () => ({ next: undefined, result: undefined }));
  }

  async list(tenant: string): Promise<readonly SchemaRecord[]> {
    return (await this.#load(tenant)).records;
  }

  changed(tenant?: string): void {
    for (const each of tenant === undefined ? this.#tenants.keys() : [tenant]) {
      if (this.#tenants.has(each)) this.#refresh(each);
    }
  }

  stop(): void {
    this.#endRefreshing();
  }

  /** What is there from now on or later: a reading that has begun already may be too early. */
  #load(tenant: string): Promise<TenantSchemas> {
    const begun = this.#loading.get(tenant) ?? Promise.resolve();
    const next = begun
      .catch(() => {})
      .then(() => this.#read(tenant))
      .then((found) => {
        this.#tenants.set(tenant, found);
        return found;
      })
      .finally(() => {
        if (this.#loading.get(tenant) === next) this.#loading.delete(tenant);
      });
    this.#loading.set(tenant, next);
    return next;
  }

  async #read(tenant: string): Promise<TenantSchemas> {
    const { configuredOf, compiler, store } = this.#options;
    // The platform has only what the configuration says.
    const texts = tenant === PLATFORM_ID ? new Map<string, string>() : await store.load(tenant);
    const before = this.#tenants.get(tenant);
    const own: Checked[] = [];
    for (const [name, text] of texts) {
      const known = before?.texts.get(name) === text ? before.ownBy(name) : undefined;
      own.push(known ?? useKept(readKept(name, text), await compiler()));
    }
    return new TenantSchemas(configuredOf(tenant), own, texts);
  }

  #refresh(tenant: string): void {
    const { log } = this.#options;
    this.#load(tenant).catch((error: unknown) => {
      log.warn("schemas were not read; those that are known stay", { tenant, error });
    });
  }

  #refreshUsed(): void {
    for (const [tenant, known] of this.#tenants) {
      if (!known.used) this.#tenants.delete(tenant);
      else if (tenant === PLATFORM_ID) known.used = false;
      else this.#refresh(tenant);
    }
  }

  /** Tries until nobody else changed the same in between. */
  async #change<T>({ tenant, name }: SchemaPlace, decide: Decide<T>): Promise<T> {
    const { configuredOf, store } = this.#options;
    if (configuredOf(tenant).some(({ record }) => record.name === name)) {
      throw new HubError("badRequest", `the schema ${name} is part of the configuration`);
    }
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const known = await this.#load(tenant);
      const text = known.texts.get(name);
      const { next, result } = decide(known.ownBy(name)?.record, text);
      if (next === text) return result;
      const outcome = await store.replace({ tenant, name }, text, next);
      if (outcome === "full") throw new HubError("limitExceeded", `the tenant has ${known.texts.size} schemas`);
      if (outcome === "done") {
        await this.#load(tenant);
        return result;
      }
    }
    throw new HubError("tooManyRequests", `the schema ${name} is being changed by others`);
  }
}

/** What comes into the store where `text` is now. */
type Decide<T> = (
  current: SchemaRecord | undefined,
  text: string | undefined,
) => { readonly next: string | undefined; readonly result: T };

function checkKnown(known: TenantSchemas, channel: Channel, data: Payload): void {
  known.used = true;
  const found = known.of(channel.name);
  if (found.length > 0) checkAll(found, data);
  else if (channel.namespace.requireSchema) {
    throw new HubError("schemaMismatch", "publications here need a schema, and none is known for this channel");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function checkAll(schemas: readonly Checked[], data: Payload): void {
  let value: unknown;
  try {
    value = JSON.parse(typeof data === "string" ? data : utf8.decode(data));
  } catch {
    throw new HubError("schemaMismatch", "expected JSON");
  }
  for (const { record, validate } of schemas) {
    const mismatch = validate(value);
    if (mismatch !== undefined) {
      throw new HubError("schemaMismatch", `${record.name} version ${record.version}: ${mismatch}`);
    }
  }
}
