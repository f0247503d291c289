import { catalogue, channelJsonSchema, eventJsonSchema, toAsyncApi } from "../../packages/events/src/index.ts";
import { version } from "../../packages/server/src/version.ts";
import { languages } from "./event-words.mjs";
import { table } from "./table.mjs";

/** The events of the ready-made catalogue by family, in order. */
const families = Object.entries(Object.groupBy(catalogue.known, ({ family }) => family ?? ""));

/** The region `events` of the catalogue page in one language. */
export function eventsRegion(language) {
  const words = languages[language];
  return families
    .map(([family, events]) => {
      const channels = events[0].channels.map((pattern) => `\`${pattern}\``).join(", ");
      const rows = events.map((known) => [
        `\`${known.type}\``,
        (known.aliases ?? []).map((alias) => `\`${alias}\``).join(", "),
        known.status ?? "",
        words.summaries ? said(words.summaries, known.type) : known.summary,
        fieldsOf(eventJsonSchema(known).properties.data),
      ]);
      return `### ${said(words.families, family)}\n\n${words.channels}: ${channels}\n\n${table(words.head, rows)}`;
    })
    .join("\n\n");
}

function said(words, name) {
  if (words[name] === undefined) throw new Error(`scripts/docs/event-words.mjs says nothing about ${name}`);
  return words[name];
}

/** `progress: number, message?: string` */
function fieldsOf({ properties, required = [] }) {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`,
  );
  return `\`${fields.join(", ")}\``;
}

function typeOf({ type, enum: values, anyOf }) {
  if (values) return values.map((value) => JSON.stringify(value)).join(" | ");
  return anyOf ? anyOf.map(typeOf).join(" | ") : (type ?? "any");
}

/** The catalogue for machines, by file name: one JSON Schema for the channels of each family, and the whole as AsyncAPI. */
export function eventFiles() {
  const files = Object.fromEntries(families.map(([family, events]) => [`${family}.json`, channelJsonSchema(events)]));
  const about = "The events that Altavoz brings along, and the channels in which they come.";
  const asyncapi = toAsyncApi(catalogue, { title: "Altavoz events", version, description: about });
  return Object.entries({ ...files, "asyncapi.json": asyncapi }).map(([name, value]) => [
    name,
    `${JSON.stringify(value, undefined, 2)}\n`,
  ]);
}
