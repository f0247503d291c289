import type { EventEnvelope, LooseEvent } from "../envelope.ts";
import { InvalidEventError } from "../issue.ts";
import { type CloudEventNames, fromCloudEvent, isJson, toCloudEvent } from "./cloud-event.ts";

/** A CloudEvent on its way over HTTP. */
export interface HttpMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `structured`: all of it in the body. `binary`: the data in the body, everything else in `ce-` headers. */
export type HttpMode = "structured" | "binary";

const STRUCTURED = "application/cloudevents+json";

/** The event as headers and body of an HTTP request. */
export function toHttpMessage(event: EventEnvelope, mode: HttpMode, names: CloudEventNames = {}): HttpMessage {
  const { data, datacontenttype = "", ...attributes } = toCloudEvent(event, names);
  if (mode === "structured") {
    const body = JSON.stringify({ ...attributes, datacontenttype, data });
    return { headers: { "content-type": `${STRUCTURED}; charset=utf-8` }, body };
  }
  const headers: Record<string, string> = { "content-type": datacontenttype };
  for (const [name, value] of Object.entries(attributes)) headers[`ce-${name}`] = encodeHeader(String(value));
  return { headers, body: JSON.stringify(data) ?? "" };
}

/**
 * What came over HTTP in either mode, for `catalogue.parse`. Header names may have any case. Throws `InvalidEventError`
 * for what is no CloudEvent 1.0 with JSON data.
 */
export function fromHttpMessage(message: HttpMessage, names: CloudEventNames = {}): LooseEvent {
  const headers = new Map(Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const mediaType = headers.get("content-type") ?? "";
  if (/^application\/cloudevents\+json\s*(?:;|$)/i.test(mediaType)) {
    return fromCloudEvent(parseBody(message.body), names);
  }
  const event: Record<string, unknown> = {};
  for (const [name, value] of headers) if (name.startsWith("ce-")) event[name.slice(3)] = decodeHeader(value);
  if (mediaType !== "") event.datacontenttype = mediaType;
  if (message.body !== "" && (mediaType === "" || isJson(mediaType))) event.data = parseBody(message.body);
  return fromCloudEvent(event, names);
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidEventError("this is no CloudEvent that can be read", [{ path: "", message: "expected JSON" }]);
  }
}

const encoder = new TextEncoder();
const hex = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** Percent-encodes what the HTTP binding of CloudEvents says: all but printable ASCII, and space, quote and percent. */
function encodeHeader(value: string): string {
  return value.replaceAll(/[^\x21\x23\x24\x26-\x7e]+/gu, (text) => Array.from(encoder.encode(text), hex).join(""));
}

/** A value that is not well encoded is taken as it stands, as the binding asks of readers. */
function decodeHeader(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
