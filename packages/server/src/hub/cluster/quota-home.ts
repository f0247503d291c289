import { hashText } from "../../kit/text-hash.ts";

/**
 * Which node keeps the book of a key: all nodes that know the same nodes say the same, and when one comes or goes only
 * the keys that become or were its own change their home (rendezvous hashing).
 */
export function homeOf(key: string, nodes: readonly string[]): string | undefined {
  let home: string | undefined;
  let highest = -1;
  for (const node of nodes) {
    const score = hashText(`${node}/${key}`);
    if (score > highest || (score === highest && home !== undefined && node > home)) {
      highest = score;
      home = node;
    }
  }
  return home;
}
