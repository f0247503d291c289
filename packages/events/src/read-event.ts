import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ChannelFacts, DefinitionIndex, Known } from "./definition-index.ts";
import { type EventEnvelope, isRecord, type LooseEvent, outsideEnvelope } from "./envelope.ts";
import type { EventIssue } from "./issue.ts";
import { bringUpToDate } from "./upcast.ts";

/** What is known of an event besides itself. Only what the event does not say is taken from here. */
export interface ReadContext {
  /** The channel it was published in: fixes which types there are, and names the tenant. */
  readonly channel?: string;
  readonly tenantId?: string;
  /** For an event without an id; by default a new one, so give one that stays the same for a publication. */
  readonly id?: string;
  /** For an event without a time, ISO 8601; by default now. */
  readonly timestamp?: string;
}

export interface ReadDefaults {
  newId(): string;
  now(): number;
}

/** Either the event in full, or what is wrong with it. */
export type ReadResult<Event> =
  | { readonly ok: true; readonly event: Event }
  | { readonly ok: false; readonly issues: readonly EventIssue[] };

/** The tenant of the platform's own channels, as the hub calls it. */
const DEFAULT_TENANT = "default";

const isPlatformChannel = (name: string): boolean => name.startsWith("admin:") || name.startsWith("system:");

/** Reads events of one catalogue, whatever form they come in. */
export function createEventReader(index: DefinitionIndex, defaults: ReadDefaults) {
  return (value: unknown, context: ReadContext = {}): ReadResult<EventEnvelope> => {
    if (!isRecord(value)) return refuse("", `expected an event: an object with type, tenantId, timestamp and data`);
    const facts = context.channel === undefined ? undefined : index.byChannel(context.channel);
    const found = findKnown(index, { type: value.type, facts, channel: context.channel });
    if (!found.ok) return found;
    const { known, type } = found;
    const issues: EventIssue[] = [];
    const envelope = readEnvelope(value, { context, facts, defaults, known, issues });
    const given = givenData(value, known);
    const data = readData(known, { data: given.data, version: value.schemaVersion, path: given.path });
    if (!data.ok) return { ok: false, issues: [...issues, ...data.issues] };
    if (issues.length > 0) return { ok: false, issues };
    const { schemaVersion: _, ...rest } = value;
    const mirrored = known.flat && isRecord(data.data) ? outsideEnvelope(data.data) : {};
    const { version = 1 } = known;
    const versioned = version > 1 ? { schemaVersion: version } : {};
    return { ok: true, event: { ...rest, ...mirrored, ...envelope, ...versioned, type, data: data.data } };
  };
}

const refuse = (path: string, message: string): { readonly ok: false; readonly issues: readonly EventIssue[] } => ({
  ok: false,
  issues: [{ path, message }],
});

interface Found {
  readonly ok: true;
  readonly known: Known;
  /** As subscribers see it: the type of the definition, or for open ones the publisher's. */
  readonly type: string;
}

interface TypeQuestion {
  readonly type: unknown;
  readonly facts: ChannelFacts | undefined;
  readonly channel: string | undefined;
}

function findKnown(index: DefinitionIndex, { type, facts, channel }: TypeQuestion): Found | ReturnType<typeof refuse> {
  const candidates = facts?.known ?? index.all;
  const expected = `expected one of ${candidates.map((known) => known.type).join(", ")}`;
  if (type === undefined) {
    const known = facts?.known.find((one) => one.byDefault);
    return known ? { ok: true, known, type: known.type } : refuse("type", `missing; ${expected}`);
  }
  if (typeof type !== "string") return refuse("type", `must be a text; ${expected}`);
  const named = index.byType(type);
  if (named && candidates.includes(named)) {
    return { ok: true, known: named, type: named.anyType ? type : named.type };
  }
  const open = facts?.known.find((one) => one.anyType);
  if (open) return { ok: true, known: open, type };
  const where = named && channel !== undefined ? `"${type}" does not belong in ${channel}` : `"${type}" is unknown`;
  return refuse("type", `${where}; ${expected}`);
}

interface EnvelopeQuestion {
  readonly context: ReadContext;
  readonly facts: ChannelFacts | undefined;
  readonly defaults: ReadDefaults;
  readonly known: Known;
  readonly issues: EventIssue[];
}

type EnvelopeFacts = Omit<EventEnvelope, "type" | "data" | "schemaVersion">;

function readEnvelope(value: LooseEvent, question: EnvelopeQuestion): EnvelopeFacts {
  const { context, defaults, known, issues } = question;
  const text = (name: string): string | undefined => {
    const found = value[name];
    if (found === undefined || found === null) return undefined;
    if (typeof found === "string" && found !== "") return found;
    issues.push({ path: name, message: "expected a text that is not empty" });
    return undefined;
  };
  const id = text("id") ?? context.id ?? defaults.newId();
  const instanceId = text("instanceId");
  const status = text("status") ?? known.status;
  return {
    id,
    tenantId: readTenant(text("tenantId"), value, question),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(status === undefined ? {} : { status }),
    timestamp: readTimestamp(value, question) ?? context.timestamp ?? new Date(defaults.now()).toISOString(),
  };
}

function readTenant(
  given: string | undefined,
  value: LooseEvent,
  { context, facts, issues }: EnvelopeQuestion,
): string {
  const named = facts?.params.tenantId;
  if (named !== undefined && named !== "*") {
    if (given !== undefined && given !== named) {
      issues.push({ path: "tenantId", message: `expected "${named}", the tenant of ${context.channel}` });
    }
    return named;
  }
  const tenant = given ?? context.tenantId;
  if (tenant !== undefined) return tenant;
  const isMissing = value.tenantId === undefined || value.tenantId === null;
  if (isMissing && (context.channel === undefined || !isPlatformChannel(context.channel))) {
    issues.push({ path: "tenantId", message: "missing; expected the id of a tenant" });
  }
  return DEFAULT_TENANT;
}

/** `occurredAt` is how the sales events call it. */
function readTimestamp(value: LooseEvent, { issues }: EnvelopeQuestion): string | undefined {
  const name = value.timestamp === undefined && typeof value.occurredAt === "string" ? "occurredAt" : "timestamp";
  const given = value[name];
  if (given === undefined || given === null) return undefined;
  const isTime =
    typeof given === "string" ? /^\d{4}-\d\d-\d\dT/.test(given) : typeof given === "number" || given instanceof Date;
  const time = isTime ? new Date(given as string | number | Date) : undefined;
  if (!time || Number.isNaN(time.getTime())) {
    issues.push({ path: name, message: "expected a time as 2026-01-31T12:00:00Z" });
    return undefined;
  }
  return typeof given === "string" ? given : time.toISOString();
}

interface GivenData {
  readonly data: unknown;
  /** Where it stood, for the paths of issues. */
  readonly path: string;
}

/** The data, wherever it stands: under `data`, beside the envelope's fields, or for flat events in part in each. */
function givenData(value: LooseEvent, known: Known): GivenData {
  const beside = outsideEnvelope(value);
  if (value.data === undefined || value.data === null) return { data: beside, path: "" };
  if (!known.flat || !isRecord(value.data)) return { data: value.data, path: "data" };
  return { data: { ...beside, ...value.data }, path: "data" };
}

interface DataQuestion {
  readonly data: unknown;
  readonly version: unknown;
  readonly path: string;
}

type DataResult = { readonly ok: true; readonly data: unknown } | ReturnType<typeof refuse>;

function readData(known: Known, { data, version, path }: DataQuestion): DataResult {
  const current = bringUpToDate(known, data, version);
  if (!current.ok) return refuse("schemaVersion", current.message);
  const result = validateNow(known, current.data);
  if (result.issues) {
    const issues = result.issues.map((issue) => ({ path: pathOf(path, issue), message: issue.message }));
    return { ok: false, issues };
  }
  const { value } = result;
  // Fields that the schema does not name may come from a newer publisher: they pass.
  return { ok: true, data: isRecord(value) && isRecord(current.data) ? { ...current.data, ...value } : value };
}

function validateNow(known: Known, data: unknown): StandardSchemaV1.Result<unknown> {
  const result = known.data["~standard"].validate(data);
  if (result instanceof Promise) {
    throw new TypeError(`the schema of ${known.type} validates asynchronously; events need one that answers at once`);
  }
  return result;
}

function pathOf(root: string, issue: StandardSchemaV1.Issue): string {
  const keys = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
  return [...(root === "" ? [] : [root]), ...keys].join(".");
}
