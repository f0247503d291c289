import { GlobalRegistrator } from "@happy-dom/global-registrator";
import type { Driver, OpenedPage } from "./binding.contract.ts";
import type { PageDriver } from "./page-driver.fixture.ts";

/** A document in this process; what the runtime has of its own, such as sockets and their events, stays its own. */
const own = Object.getOwnPropertyDescriptors(globalThis);
GlobalRegistrator.register({ url: "http://localhost/" });
for (const [name, descriptor] of Object.entries(own)) {
  if (descriptor.configurable) Object.defineProperty(globalThis, name, descriptor);
}

/** The driver's page is this process. */
export async function openLocalPage(driver: PageDriver | Record<string, never> = {}): Promise<OpenedPage> {
  const heard: string[] = [];
  const original = { error: console.error, warn: console.warn };
  console.error = console.warn = (...words: unknown[]) => void heard.push(words.join(" "));
  const promised = Object.entries(driver).map(([name, task]) => [name, async (...args: never[]) => task(...args)]);
  return {
    driver: Object.fromEntries(promised) as Driver,
    complaints: () => heard,
    async close() {
      Object.assign(console, original);
    },
  };
}
