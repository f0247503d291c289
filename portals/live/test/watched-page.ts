import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export interface WatchedPage {
  readonly page: Page;
  /** What must not happen on any page: errors, policy violations, requests to other hosts, layout jumps. */
  complaints(): Promise<string[]>;
  close(): Promise<void>;
}

/** The web's own limit for "good" is 0.1 over a whole visit. */
const LAYOUT_SHIFT_LIMIT = 0.02;

interface Witness {
  violations: string[];
  layoutShift: number;
}

/** Opens the page in a context of its own and writes down everything that it should not do. */
export async function openWatched(browser: Browser, url: string, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const heard: string[] = [];
  page.on("pageerror", (error) => heard.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") heard.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(url).host) heard.push(`external request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    const witness: Witness = { violations: [], layoutShift: 0 };
    Object.assign(globalThis, { witness });
    document.addEventListener("securitypolicyviolation", (event) => {
      witness.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) witness.layoutShift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url);
  return {
    page,
    async complaints() {
      const { violations, layoutShift } = await page.evaluate(
        () => (globalThis as unknown as { witness: Witness }).witness,
      );
      return [
        ...heard,
        ...violations.map((violation) => `policy violation: ${violation}`),
        ...(layoutShift > LAYOUT_SHIFT_LIMIT ? [`layout jumps: ${layoutShift}`] : []),
      ];
    },
    close: () => context.close(),
  };
}
