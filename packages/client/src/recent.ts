/** Recognises ids that came before, as far back as `limit` of them: a publication that was sent twice counts once. */
export function createRecent(limit: number): (id: string) => boolean {
  const ids = new Set<string>();
  return (id) => {
    if (ids.has(id)) return true;
    ids.add(id);
    for (const oldest of ids) {
      if (ids.size <= limit) break;
      ids.delete(oldest);
    }
    return false;
  };
}

/** The id of an event in the catalogue's envelope; other data has none. */
export function idOf(data: unknown): string | undefined {
  const id = typeof data === "object" && data !== null && "id" in data ? data.id : undefined;
  return typeof id === "string" ? id : undefined;
}
