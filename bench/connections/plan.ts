/** The sizes of one run of `connections`. */
export interface ConnectionsPlan {
  readonly name: string;
  readonly count: number;
  /** Servers, and generators; absent: the fewest that the limit of open files allows. */
  readonly processes: number | undefined;
  readonly channelSize: number;
  /** All members of all swarms together that connect at the same time. */
  readonly concurrency: number;
  readonly idleSeconds: number;
  readonly broadcasts: number;
  readonly deliveriesPerSecond: number;
  readonly steadySeconds: number;
  /** Publications per second, into all channels in turn, while everybody comes back. */
  readonly stormRate: number;
  /** Of each phase in which everybody has to arrive. */
  readonly phaseSeconds: number;
}

const full = { count: 100_000, deliveriesPerSecond: 50_000, idleSeconds: 15, broadcasts: 5, steadySeconds: 10 };
const small = { count: 2_000, deliveriesPerSecond: 10_000, idleSeconds: 3, broadcasts: 3, steadySeconds: 3 };

export function connectionsPlan(values: Readonly<Record<string, string | boolean | undefined>>): ConnectionsPlan {
  const size = values.small ? small : full;
  const count = wholeNumber("--count", values.count) ?? size.count;
  return {
    ...size,
    // Only the whole number makes the figures of the documentation.
    name: count === full.count && !values.small ? "full" : `${count}`,
    count,
    processes: wholeNumber("--processes", values.processes),
    channelSize: Math.min(1_000, count),
    deliveriesPerSecond: Math.min(size.deliveriesPerSecond, 10 * count),
    concurrency: 256,
    stormRate: 20,
    phaseSeconds: 90,
  };
}

function wholeNumber(option: string, value: string | boolean | undefined): number | undefined {
  if (typeof value !== "string") return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${option}: "${value}" is not a whole number above 0`);
  return number;
}
