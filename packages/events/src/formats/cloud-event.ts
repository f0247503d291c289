import { type EventEnvelope, isRecord, type LooseEvent } from "../envelope.ts";
import { type EventIssue, InvalidEventError } from "../issue.ts";

/** A CloudEvent 1.0 in its JSON form, with what the envelope has beyond it as extensions. */
export interface CloudEvent<Data = unknown> {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly tenantid?: string;
  readonly status?: string;
  readonly schemaversion?: number;
  readonly data?: Data;
}

/** How names of CloudEvents are made, and read again. */
export interface CloudEventNames {
  /** Who produces the events; by default the path of the tenant. */
  readonly source?: string;
  /** Before each type, as `com.example.`; left out again when reading. */
  readonly typePrefix?: string;
}

/** The event as a CloudEvent. Fields that stand beside the data are left out: they are in it. */
export function toCloudEvent<Data>(event: EventEnvelope<string, Data>, names: CloudEventNames = {}): CloudEvent<Data> {
  return {
    specversion: "1.0",
    id: event.id,
    source: names.source ?? `/tenants/${encodeURIComponent(event.tenantId)}`,
    type: `${names.typePrefix ?? ""}${event.type}`,
    ...(event.instanceId === undefined ? {} : { subject: event.instanceId }),
    time: event.timestamp,
    datacontenttype: "application/json",
    tenantid: event.tenantId,
    ...(event.status === undefined ? {} : { status: event.status }),
    ...(event.schemaVersion === undefined ? {} : { schemaversion: event.schemaVersion }),
    data: event.data,
  };
}

/**
 * What a CloudEvent says, for `catalogue.parse`. A tenant that it does not name is found in a source that
 * `toCloudEvent` has made, or is missing. Throws `InvalidEventError` for what is no CloudEvent 1.0 with JSON data.
 */
export function fromCloudEvent(value: unknown, names: CloudEventNames = {}): LooseEvent {
  const issues: EventIssue[] = [];
  const record: LooseEvent = isRecord(value) ? value : {};
  if (record.specversion !== "1.0") issues.push({ path: "specversion", message: 'expected "1.0"' });
  for (const path of ["id", "source", "type"]) {
    if (typeof record[path] !== "string" || record[path] === "") {
      issues.push({ path, message: "expected a text that is not empty" });
    }
  }
  const mediaType = record.datacontenttype ?? "application/json";
  if (typeof mediaType !== "string" || !isJson(mediaType)) {
    issues.push({ path: "datacontenttype", message: "expected application/json" });
  }
  const data = dataOf(record, issues);
  if (issues.length > 0) throw new InvalidEventError("this is no CloudEvent that can be read", issues);
  const { id, type, source, time, subject, status, schemaversion } = record;
  const tenantId = record.tenantid ?? tenantOf(String(source));
  const typePrefix = names.typePrefix ?? "";
  const name = String(type);
  return {
    id,
    type: name.startsWith(typePrefix) ? name.slice(typePrefix.length) : name,
    ...present({ tenantId, instanceId: subject, status, timestamp: time, data }),
    // HTTP headers carry numbers as text.
    ...(schemaversion === undefined ? {} : { schemaVersion: Number(schemaversion) }),
  };
}

export const isJson = (mediaType: string): boolean => /^[\w.-]+\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(mediaType);

const present = (fields: LooseEvent): LooseEvent =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function dataOf(record: LooseEvent, issues: EventIssue[]): unknown {
  const encoded = record.data_base64;
  if (encoded === undefined) return record.data;
  try {
    const bytes = Uint8Array.from(atob(String(encoded)), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    issues.push({ path: "data_base64", message: "expected JSON as base64" });
    return undefined;
  }
}

function tenantOf(source: string): string | undefined {
  const [, encoded] = /^\/tenants\/([^/]+)$/.exec(source) ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
