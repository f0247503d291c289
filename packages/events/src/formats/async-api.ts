import type { Catalogue } from "../define-events.ts";
import type { Definitions } from "../definition.ts";
import type { Known } from "../definition-index.ts";
import { eventJsonSchema } from "./json-schema.ts";

/** What a document says of itself. */
export interface AsyncApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

type Part = Readonly<Record<string, unknown>>;

const ref = (path: string): Part => ({ $ref: `#/${path}` });

/** `tenant:{tenantId}:billing` as a name for links: `tenant.tenantId.billing`. */
const idOf = (pattern: string): string => pattern.replaceAll(/[{}]/g, "").replaceAll(":", ".");

/** The catalogue as an AsyncAPI 3 document: which channels there are and what comes in them. */
export function toAsyncApi<D extends Definitions>(catalogue: Catalogue<D>, info: AsyncApiInfo): Part {
  const byPattern = new Map<string, Known[]>();
  for (const known of catalogue.known) {
    for (const pattern of known.channels ?? []) byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), known]);
  }
  const channels: Record<string, Part> = {};
  const operations: Record<string, Part> = {};
  for (const [pattern, events] of byPattern) {
    const id = idOf(pattern);
    channels[id] = channelPart(pattern, events);
    const messages = events.map(({ type }) => ref(`channels/${id}/messages/${type}`));
    operations[`subscribe.${id}`] = { action: "receive", channel: ref(`channels/${id}`), messages };
    operations[`publish.${id}`] = { action: "send", channel: ref(`channels/${id}`), messages };
  }
  return {
    asyncapi: "3.0.0",
    info,
    defaultContentType: "application/json",
    channels,
    operations,
    components: {
      messages: Object.fromEntries(catalogue.known.map((known) => [known.type, messagePart(known)])),
      schemas: Object.fromEntries(catalogue.known.map((known) => [known.type, eventJsonSchema(known, "draft-07")])),
    },
  };
}

function channelPart(pattern: string, events: readonly Known[]): Part {
  const params = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return {
    address: pattern,
    ...(params.length === 0
      ? {}
      : {
          parameters: Object.fromEntries(params.map((name) => [name, { description: `The ${name} of the channel.` }])),
        }),
    messages: Object.fromEntries(events.map(({ type }) => [type, ref(`components/messages/${type}`)])),
  };
}

function messagePart(known: Known): Part {
  return {
    name: known.type,
    title: known.type,
    ...(known.summary === undefined ? {} : { summary: known.summary }),
    ...(known.family === undefined ? {} : { tags: [{ name: known.family }] }),
    payload: ref(`components/schemas/${known.type}`),
    ...(known.aliases === undefined ? {} : { "x-aliases": known.aliases }),
  };
}
