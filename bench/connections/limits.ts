import { readFileSync } from "node:fs";

/** What this machine allows. */
export interface Resources {
  /** Open files of one process. */
  readonly files: number;
  readonly freeBytes: number;
  /** Ports of one pair of addresses for outgoing connections. */
  readonly ports: number;
  /** Connections that the firewall follows; absent where it follows none. */
  readonly tracked: number | undefined;
}

/** How many connections go to how many processes. */
export interface Fleet {
  /** Of servers, and of swarms: swarm n connects to server n, and comes back at the next. */
  readonly processes: number;
  readonly perProcess: number;
}

/** Beyond this a process has other things than sockets to open. */
const spareFiles = 1_000;
/** Measured, rounded up: server, generator and the kernel's two ends of a connection. */
const bytesPerConnection = 30_000;
const bytesPerPair = 300_000_000;
const fewestProcesses = 2;

/** The fewest processes that can hold that many connections. */
export function planFleet(count: number, { files }: Resources, wanted?: number): Fleet {
  const mostEach = Math.max(1, files - spareFiles);
  const processes = wanted ?? Math.max(fewestProcesses, Math.ceil(count / mostEach));
  return { processes, perProcess: Math.ceil(count / processes) };
}

/** What there is too little of, each with what can be done about it; empty when the run can begin. */
export function shortcomings(count: number, fleet: Fleet, resources: Resources): readonly string[] {
  const { files, freeBytes, ports, tracked = Number.POSITIVE_INFINITY } = resources;
  const { processes, perProcess } = fleet;
  const bytes = count * bytesPerConnection + processes * bytesPerPair;
  const number = (value: number) => value.toLocaleString("en-US");
  const megabytes = (value: number) => `${number(Math.round(value / 1e6))} MB`;
  const found: string[] = [];
  if (perProcess + spareFiles > files) {
    found.push(
      `${number(perProcess)} sockets do not fit into a process that may open ${number(files)} files: raise \`ulimit -n\`, or use more --processes`,
    );
  }
  if (bytes > freeBytes) {
    found.push(
      `about ${megabytes(bytes)} of memory are needed and ${megabytes(freeBytes)} are free: use a lower --count`,
    );
  }
  if (perProcess > ports) {
    found.push(
      `${number(perProcess)} connections need as many ports and there are ${number(ports)}: widen net.ipv4.ip_local_port_range, or use more --processes`,
    );
  }
  // Those that were cut are followed for a while beside those that came back.
  if (2 * count > tracked) {
    found.push(
      `the firewall follows ${number(tracked)} connections at most and ${number(2 * count)} are needed: raise net.netfilter.nf_conntrack_max`,
    );
  }
  return found;
}

/** Reads them from /proc; whatever is not told there is taken as plenty. */
export function readResources(): Resources {
  const files = /^Max open files\s+\S+\s+(\d+)/m.exec(read("/proc/self/limits"))?.[1];
  const free = /^MemAvailable:\s+(\d+) kB/m.exec(read("/proc/meminfo"))?.[1];
  const [low = 0, high = 65_535] = read("/proc/sys/net/ipv4/ip_local_port_range")
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
  const following = Number(read("/proc/sys/net/netfilter/nf_conntrack_count") || "0");
  return {
    files: files === undefined ? Number.POSITIVE_INFINITY : Number(files),
    freeBytes: free === undefined ? Number.POSITIVE_INFINITY : Number(free) * 1024,
    ports: high - low + 1,
    tracked: following > 0 ? Number(read("/proc/sys/net/netfilter/nf_conntrack_max")) - following : undefined,
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
