import { BlockList, isIP, isIPv4 } from "node:net";

/** Finds the client's address from the peer's and the `X-Forwarded-For` header. */
export type ClientAddress = (peer: string, forwardedFor: string | undefined) => string;

/** IPv4 addresses that arrive over an IPv6 socket are shown, and compared, as IPv4. */
function normalise(address: string): string {
  const mapped = address.toLowerCase().startsWith("::ffff:") ? address.slice(7) : "";
  return isIPv4(mapped) ? mapped : address;
}

/** An entry may carry a port: `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function parseEntry(entry: string): string | undefined {
  const bracketed = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1];
  const address = normalise(bracketed ?? entry.replace(/^([\d.]+):\d+$/, "$1"));
  return isIP(address) ? address : undefined;
}

function addRange(list: BlockList, range: string): void {
  const [address = "", bits] = range.split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const width = bits === undefined ? undefined : Number(bits);
  const widest = family === "ipv4" ? 32 : 128;
  const usable = width === undefined || (/^\d+$/.test(bits ?? "") && width <= widest);
  if (!isIP(address) || !usable || range.split("/").length > 2) {
    throw new Error(`trusted proxy "${range}" is neither an IP address nor a CIDR range such as 10.0.0.0/8`);
  }
  if (width === undefined) list.addAddress(address, family);
  else list.addSubnet(address, width, family);
}

/**
 * The header is read from right to left, each entry believed only as long as the address that wrote it is trusted, so a
 * client cannot choose its own address. Throws when a range is malformed.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (peer) => normalise(peer);
  const trusted = new BlockList();
  for (const range of trustedProxies) addRange(trusted, range);
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");

  return (peer, forwardedFor) => {
    let client = normalise(peer);
    const entries = forwardedFor?.split(",") ?? [];
    while (entries.length > 0 && isIP(client) && isTrusted(client)) {
      const next = parseEntry(entries.pop()?.trim() ?? "");
      if (next === undefined) break;
      client = next;
    }
    return client;
  };
}
