/** What every event has around its data. */
export interface EventEnvelope<Type extends string = string, Data = unknown> {
  /** Unique: an event that comes twice is recognised by it. */
  readonly id: string;
  readonly type: Type;
  readonly tenantId: string;
  /** What the event is about, for example one installation of a tenant. */
  readonly instanceId?: string;
  /** The state that the event leads to. */
  readonly status?: string;
  /** When it happened, ISO 8601. */
  readonly timestamp: string;
  /** The version of the data's schema; absent means 1. */
  readonly schemaVersion?: number;
  readonly data: Data;
}

/** An event as foreign publishers write it: fields of the data may stand beside it, and much may be missing. */
export type LooseEvent = Readonly<Record<string, unknown>>;

const envelopeFields: ReadonlySet<string> = new Set<keyof EventEnvelope>([
  "id",
  "type",
  "tenantId",
  "instanceId",
  "status",
  "timestamp",
  "schemaVersion",
  "data",
]);

export const isRecord = (value: unknown): value is LooseEvent =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of `record` that are none of the envelope. */
export function outsideEnvelope(record: LooseEvent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !envelopeFields.has(name)));
}
