import type { Cell, Sheet } from "../report.ts";
import { publishersInFlight } from "./broadcast.ts";
import type { Result, Results } from "./compare.ts";
import { type Kind, type KindId, kinds } from "./kinds.ts";

/** What was aimed at; absent: no figure was named. */
export interface Aims {
  /** The rival's cost per delivery, divided by ours, with many publishers. */
  readonly timesRival?: number;
  /** Our cost per delivery, divided by the floor's, with many publishers. */
  readonly timesFloor?: number;
  readonly kilobytes?: number;
}

const kilobyte = 1_024;
const many = publishersInFlight.length - 1;

const inOrder = ({ floor, ours, rival, others }: Results): readonly Result[] => [floor, ours, ...others, rival];
const cellOf = (value: number | undefined): Cell => (value === undefined || Number.isNaN(value) ? null : value);
const verdict = (isMet: boolean): string => (isMet ? "yes" : "no");
const memoryTitle = "KB resident memory per idle connection";
const times = (ratio: number): Cell => (Number.isNaN(ratio) ? null : `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`);

function costOf({ broadcasts }: Result, id: KindId, column: number): number {
  return broadcasts.get(id)?.[column]?.cpu ?? Number.NaN;
}

/** The floor's way of saying something to one room stands for all that it cannot. */
function floorCost({ floor }: Results, id: KindId, column: number): number {
  return costOf(floor, floor.broadcasts.has(id) ? id : "room", column);
}

const measured = ({ ours }: Results): readonly Kind[] => kinds.filter(({ id }) => ours.broadcasts.has(id));

/** The same broadcasts by all of them, and how they compare. */
export function broadcastSheet(results: Results, clients: number): Sheet {
  const { floor, ours, rival } = results;
  const losesAny = measured(results).some(({ mayLose }) => mayLose);
  const rows = measured(results).flatMap(({ id, title, mayLose }) =>
    publishersInFlight.map((publishers, column): Cell[] => {
      const cost = costOf(ours, id, column);
      const share = ({ broadcasts }: Result): string =>
        `${Math.round((broadcasts.get(id)?.[column]?.arrived ?? Number.NaN) * 100)} %`;
      return [
        `${title}, ${publishers} in flight`,
        ...inOrder(results).map((each) => cellOf(costOf(each, id, column))),
        times(cost / floorCost(results, id, column)),
        times(costOf(rival, id, column) / cost),
        ...(losesAny ? [mayLose ? `${share(ours)}, ${share(rival)}` : "all"] : []),
      ];
    }),
  );
  const labels = inOrder(results).map(({ label }) => label);
  const ratios = [`${ours.label} ÷ ${floor.label}`, `${rival.label} ÷ ${ours.label}`];
  const arrived = losesAny ? [`arrived: ${ours.label}, ${rival.label}`] : [];
  const count = clients.toLocaleString("en-US");
  return {
    title: `Broadcasts to ${count} clients: µs of the server's CPU per delivery, publish request included`,
    head: ["", ...labels, ...ratios, ...arrived],
    rows,
  };
}

export function connectionSheet(results: Results): Sheet {
  const all = inOrder(results);
  return {
    title: "Connections",
    head: ["", ...all.map(({ label }) => label)],
    rows: [
      ["µs CPU per connect with a token and a subscription", ...all.map(({ connect }) => cellOf(connect))],
      [memoryTitle, ...all.map(({ memory }) => cellOf(memory === undefined ? undefined : memory / kilobyte))],
    ],
  };
}

/** Of everything that is ours. */
export function aimSheet(results: Results, aims: Aims): Sheet {
  const rows = [results.ours, ...results.others].flatMap((one) => [
    ...kinds.filter(({ id }) => one.broadcasts.has(id)).flatMap((kind) => broadcastAims(results, one, { kind, aims })),
    ...memoryAims(one, aims),
  ]);
  return { title: "What was aimed at", head: ["", "aim", "reached", "met"], rows };
}

interface Aimed {
  readonly kind: Kind;
  readonly aims: Aims;
}

function broadcastAims(results: Results, one: Result, { kind: { id, title }, aims }: Aimed): Cell[][] {
  const { rival, floor } = results;
  const { timesRival, timesFloor } = aims;
  const cost = costOf(one, id, many);
  const [gain, price] = [costOf(rival, id, many) / cost, cost / floorCost(results, id, many)];
  const where = `${title}, ${publishersInFlight[many]} in flight`;
  const rows: Cell[][] = [];
  if (timesRival !== undefined) {
    const what = `${where}: ${rival.label} ÷ ${one.label}`;
    rows.push([what, `≥ ${timesRival}×`, times(gain), verdict(gain >= timesRival)]);
  }
  if (timesFloor !== undefined) {
    const what = `${where}: ${one.label} ÷ ${floor.label}`;
    rows.push([what, `≤ ${timesFloor}×`, times(price), verdict(price <= timesFloor)]);
  }
  return rows;
}

function memoryAims({ label, memory = Number.NaN }: Result, { kilobytes }: Aims): Cell[][] {
  if (kilobytes === undefined) return [];
  const reached = memory / kilobyte;
  return [[`${memoryTitle}, ${label}`, `≤ ${kilobytes}`, cellOf(reached), verdict(reached <= kilobytes)]];
}

/** How far these figures can be believed. */
export function evidenceSheet(results: Results): Sheet {
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return {
    title: "How good the run was",
    head: ["", "deliveries", "lost", "duplicated", "generator's core, at most", "others on the server's core, at most"],
    rows: inOrder(results).map(({ label, findings }) => [
      label,
      findings.deliveries,
      findings.lost,
      findings.duplicated,
      percent(findings.generatorLoad),
      percent(findings.foreignLoad),
    ]),
  };
}
