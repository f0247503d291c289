/** What the visitor chose. Storage may be blocked by the browser: then a choice lasts as long as the page. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`altavoz-${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`altavoz-${name}`, value);
  } catch {
    // Nothing to do: the choice still holds for this page.
  }
}
