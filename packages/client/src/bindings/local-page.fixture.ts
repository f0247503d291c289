import { GlobalRegistrator } from "@happy-dom/global-registrator";
import type { Driver, OpenedPage } from "./binding.contract.ts";
import type { PageDriver } from "./page-driver.fixture.ts";

/** A document in this process. Sockets and requests stay those of the runtime. Import it before the framework. */
const { WebSocket, fetch, Request, Response, Headers } = globalThis;
GlobalRegistrator.register({ url: "http://localhost/" });
Object.assign(globalThis, { WebSocket, fetch, Request, Response, Headers });

/** The driver's page is this process. */
export async function openLocalPage(driver: PageDriver): Promise<OpenedPage> {
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
