/**
 * Which node keeps the book of a key: all nodes that know the same nodes say the same, and when one comes or goes only
 * the keys that become or were its own change their home (rendezvous hashing).
 */
export function homeOf(key: string, nodes: readonly string[]): string | undefined {
  let home: string | undefined;
  let highest = -1;
  for (const node of nodes) {
    const score = hash(`${node}/${key}`);
    if (score > highest || (score === highest && home !== undefined && node > home)) {
      highest = score;
      home = node;
    }
  }
  return home;
}

/** FNV-1a with a final mix, so that texts which differ only at their end score far apart. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}
