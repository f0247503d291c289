import type { Reply } from "../link.ts";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export const nameOf = ({ host, port }: Endpoint): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Slots from one to another, with the master that has them and all nodes that hold them. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly owner: Endpoint;
  readonly holders: readonly Endpoint[];
}

/** Reads the answer to CLUSTER SLOTS. A node that does not know its own address is where it was asked. */
export function readSlots(reply: Reply, asked: Endpoint): readonly SlotRange[] {
  if (!Array.isArray(reply)) return [];
  return (reply as readonly Reply[]).flatMap((range) => {
    if (!Array.isArray(range)) return [];
    const [first, last, ...nodes] = range as readonly Reply[];
    const holders = nodes.flatMap((node) => readNode(node, asked));
    const [owner] = holders;
    return owner ? [{ first: Number(first), last: Number(last), owner, holders }] : [];
  });
}

function readNode(node: Reply, asked: Endpoint): Endpoint[] {
  if (!Array.isArray(node)) return [];
  const [host, port] = node as readonly Reply[];
  const name = host ? String(host) : "";
  // With endpoints of unknown type, Redis writes a question mark.
  return [{ host: name === "" || name === "?" ? asked.host : name, port: Number(port) }];
}

/** Where a command belongs, as a master says that does not have its slot, or has given away a part of it. */
export interface Redirection {
  readonly slot: number;
  readonly to: Endpoint;
  /** Only this once. */
  readonly ask: boolean;
}

export function readRedirection(message: string, asked: Endpoint): Redirection | undefined {
  const [, kind, slot, host = "", port] = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(message) ?? [];
  if (kind === undefined) return undefined;
  const to = { host: host === "" ? asked.host : host.replace(/^\[|\]$/g, ""), port: Number(port) };
  return { slot: Number(slot), to, ask: kind === "ASK" };
}

const SLOTS = 16_384;

/** The slot of what stands between the braces of a tag: CRC-16/XMODEM, as the Cluster specification has it. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % SLOTS;
}
