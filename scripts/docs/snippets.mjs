const FENCE = /^```(\w+)(?: ([\w-]+))?\n([\s\S]*?)^```$/gm;

/**
 * The fenced blocks of a page that say their language, with the word behind it that says what a test does with them.
 *
 * @returns {{ language: string, use: string, text: string, line: number }[]}
 */
export function snippetsOf(page) {
  return [...page.matchAll(FENCE)].map(({ 1: language, 2: use = "", 3: text, index }) => ({
    language,
    use,
    text,
    line: page.slice(0, index).split("\n").length,
  }));
}
