import { cpuMicros } from "./process-usage.ts";

/** CPU of processes by name, in µs. */
export type Expenses<Name extends string> = Readonly<Record<Name, number>> & { readonly seconds: number };

/** What a piece of work cost each of several groups of processes. */
export async function expensesOf<Name extends string>(
  groups: Readonly<Record<Name, readonly (number | undefined)[]>>,
  work: () => Promise<void>,
): Promise<Expenses<Name>> {
  const names = Object.keys(groups) as Name[];
  const sum = (name: Name) => groups[name].reduce<number>((total, pid) => total + (pid ? cpuMicros(pid) : 0), 0);
  const before = names.map(sum);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1_000;
  const used = names.map((name, i) => [name, sum(name) - (before[i] ?? 0)] as const);
  return { ...(Object.fromEntries(used) as Record<Name, number>), seconds };
}
