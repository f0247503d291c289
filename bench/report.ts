import { mkdir, writeFile } from "node:fs/promises";

/** A number is kept as it was measured; absent (`null` in the file) where there is nothing to say. */
export type Cell = string | number | null;

/** One table of a result. */
export interface Sheet {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What a run of `redis`, `connections` or `growth` leaves behind, and what the documentation shows of it. */
export interface Report {
  readonly at: string;
  readonly size: string;
  readonly seconds: number;
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly memoryGigabytes: number;
    readonly kernel: string;
    readonly load: number;
    readonly versions: Readonly<Record<string, string>>;
  };
  /** What was not as it has to be; empty in a good run. */
  readonly failures: readonly string[];
  readonly sheets: readonly Sheet[];
}

/** The tables as Markdown, each below its title. */
export function renderSheets(sheets: readonly Sheet[]): string {
  return sheets.map(renderSheet).join("\n\n");
}

function renderSheet({ title, head, rows }: Sheet): string {
  const ruler = head.map((_, i) => (i === 0 ? "---" : "---:"));
  const lines = [head, ruler, ...rows.map((row) => row.map(renderCell))];
  return [`**${title}**`, "", ...lines.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}

/** Three digits that mean something. */
function renderCell(cell: Cell): string {
  if (cell === null) return "-";
  if (typeof cell === "string") return cell;
  const size = Math.abs(cell);
  const decimals = Number.isInteger(cell) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return cell.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Where it ran, in one line. */
export function describeRun({ at, size, seconds, machine }: Report): string {
  const { cores, model, memoryGigabytes, kernel, load, versions } = machine;
  const where = `${cores} × ${model}, ${memoryGigabytes} GB, Linux ${kernel}, Bun ${versions.bun}, Node ${versions.node}`;
  return `${size} run of ${at.slice(0, 10)}, ${Math.round(seconds)} s, on ${where}; load before it: ${load}`;
}

/** Writes a result beside the others and returns its path from the root. */
export async function saveResult(at: Date, name: string, result: object): Promise<string> {
  const file = `${at.toISOString().slice(0, 19).replaceAll(":", "-")}-${name}.json`;
  const folder = new URL("./results/", import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(file, folder), `${JSON.stringify(result, null, 2)}\n`);
  return `bench/results/${file}`;
}
