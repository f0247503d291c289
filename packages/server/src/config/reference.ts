import { stringify as stringifyToml } from "smol-toml";
import { Document, type YAMLMap } from "yaml";
import { variableOf } from "./environment.ts";
import { isOption, type LaterOption, type Option, type Section } from "./schema/option.ts";
import { schema, shapeOf } from "./schema.ts";

export type ConfigFormat = "json" | "yaml" | "toml";
export const configFormats: readonly ConfigFormat[] = ["json", "yaml", "toml"];

type Supported = Exclude<Option, LaterOption>;

const isLater = (node: Option | Section): node is LaterOption => isOption(node) && node.type === "later";

/** The members of a section that have a value. */
function supported(section: Section): [string, Supported | Section][] {
  return Object.entries(section).filter((entry): entry is [string, Supported | Section] => !isLater(entry[1]));
}

/** The section that a node stands for; `undefined` for an option with a value of its own. */
function subsection(node: Supported | Section): Section | undefined {
  if (!isOption(node)) return node;
  return node.type === "shape" ? shapeOf(node.shape) : undefined;
}

const defaultOf = (option: Supported): unknown => ("default" in option ? option.default : []);

function defaults(section: Section): Record<string, unknown> {
  return Object.fromEntries(
    supported(section).map(([name, node]) => {
      const below = subsection(node);
      return [name, below ? defaults(below) : isOption(node) ? defaultOf(node) : {}];
    }),
  );
}

/** A configuration file that says every default; in YAML each with its meaning. */
export function defaultConfigFile(format: ConfigFormat): string {
  if (format === "json") return `${JSON.stringify(defaults(schema), null, 2)}\n`;
  if (format === "toml") return stringifyToml(defaults(schema));
  const document = new Document({});
  document.contents = yamlSection(document, schema);
  return document.toString({ lineWidth: 0 });
}

function yamlSection(document: Document, section: Section): YAMLMap {
  const map = document.createNode({}) as YAMLMap;
  for (const [name, node] of supported(section)) {
    const below = subsection(node);
    const key = document.createNode(name);
    if (isOption(node)) key.commentBefore = ` ${node.about}`;
    map.add(document.createPair(key, below ? yamlSection(document, below) : isOption(node) ? defaultOf(node) : {}));
  }
  return map;
}

/** The page that lists every option, in Markdown. */
export function createReference(): string {
  const sections: string[] = [];
  const later: string[] = [];
  collect({ section: schema, path: "", hasVariables: true }, { sections, later });
  return [
    "# Configuration reference",
    "Made from the schema of the server. Durations are written like `500ms`, `25s` or `1h30m`; lists in a variable are separated by spaces, lists of objects are JSON.",
    ...sections,
    "## Known from Centrifugo, not supported yet",
    "The server starts with these and names them in a warning.",
    later.map((path) => `- \`${path}\``).join("\n"),
    "",
  ].join("\n\n");
}

interface Pages {
  readonly sections: string[];
  readonly later: string[];
}
interface Place {
  readonly section: Section;
  readonly path: string;
  /** Members of list items have none. */
  readonly hasVariables: boolean;
}

/** Adds the table of one section, then those below it. */
function collect({ section, path, hasVariables }: Place, pages: Pages): void {
  const rows: string[] = [];
  const below: Place[] = [];
  for (const [name, node] of Object.entries(section)) {
    const at = path ? `${path}.${name}` : name;
    if (isLater(node)) {
      pages.later.push(at);
      continue;
    }
    const nested = subsection(node);
    if (nested) below.push({ section: nested, path: at, hasVariables });
    else if (isOption(node)) rows.push(row(at, node, hasVariables));
    if (isOption(node) && node.type === "list") {
      below.push({ section: shapeOf(node.item), path: `${at}[]`, hasVariables: false });
    }
  }
  if (rows.length > 0) {
    const columns = ["Option", "Type", "Default", "Meaning", ...(hasVariables ? ["Variable"] : [])];
    const head = [`| ${columns.join(" | ")} |`, `|${" --- |".repeat(columns.length)}`];
    pages.sections.push(`## ${path ? `\`${path}\`` : "Top level"}`, [...head, ...rows].join("\n"));
  }
  for (const place of below) collect(place, pages);
}

function row(path: string, option: Supported, hasVariable: boolean): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const value = defaultOf(option);
  const secret = "secret" in option && option.secret ? " Secret." : "";
  const cells = [
    `\`${path}\``,
    typeName(option),
    isEmpty(value) ? "" : `\`${cell(JSON.stringify(value))}\``,
    cell(option.about) + secret,
  ];
  return `| ${[...cells, ...(hasVariable ? [`\`${variableOf(path)}\``] : [])].join(" | ")} |`;
}

const isEmpty = (value: unknown): boolean =>
  value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

function typeName(option: Supported): string {
  if (option.type === "enum")
    return option.of
      .filter(Boolean)
      .map((name) => `\`${name}\``)
      .join(", ");
  const names = {
    string: "text",
    bool: "true or false",
    int: "number",
    strings: "list of texts",
    map: "texts by name",
    json: "object",
    list: "list of objects",
  };
  return new Map(Object.entries(names)).get(option.type) ?? option.type;
}
