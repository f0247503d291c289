import type { Position } from "./ledger.ts";

/** As much of a server as reading its history takes. */
export interface Reader {
  api<T>(method: string, body: object): Promise<T>;
}

interface Page extends Position {
  readonly publications?: readonly { readonly offset: number; readonly data: { readonly id: string } }[];
}

const PAGE = 1_000;

/** The ids of all publications that history has, of each channel. */
export async function readHistory(
  reader: Reader,
  channels: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const entries = channels.map(async (channel): Promise<[string, Set<string>]> => [channel, await read(channel)]);
  return new Map(await Promise.all(entries));

  async function read(channel: string): Promise<Set<string>> {
    const ids = new Set<string>();
    let since: Position | undefined;
    for (;;) {
      const request = { channel, limit: PAGE, ...(since ? { since } : {}) };
      const { publications = [], epoch } = await reader.api<Page>("history", request);
      for (const { data } of publications) ids.add(data.id);
      const last = publications.at(-1);
      if (!last || publications.length < PAGE) return ids;
      since = { offset: last.offset, epoch };
    }
  }
}
