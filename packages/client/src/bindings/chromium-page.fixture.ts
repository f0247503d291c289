import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { Driver, OpenedPage } from "./binding.contract.ts";

const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
};

/** A page in Chromium that is made of `entry`, which puts its driver on the window as `driver`. */
export async function openChromiumPage(entry: string): Promise<OpenedPage> {
  const [server, browser] = await Promise.all([bundle(entry).then(serve), chromium.launch(CHROMIUM)]);
  const heard: string[] = [];
  const page = await browser.newPage();
  page.on("pageerror", (error) => heard.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // Chromium tells of each connection that fails; the tests cut some on purpose.
    const isCut = /WebSocket connection to .* failed/.test(message.text());
    if ((message.type() === "error" || message.type() === "warning") && !isCut) heard.push(message.text());
  });
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => "driver" in globalThis);
  return {
    driver: remoteDriver(page),
    complaints: () => heard,
    heapBytes: () => heapBytes(page),
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** With the development build of the framework: React mounts twice in StrictMode only there. */
async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    define: {
      "process.env.NODE_ENV": '"development"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true",
    },
    resolve: { conditions: ["@altavoz/source", "module", "browser", "development"] },
    build: { write: false, minify: false, lib: { entry, formats: ["es"], fileName: "page" } },
  });
  const [built] = Array.isArray(result) ? result : [result];
  const [chunk] = built && "output" in built ? built.output : [];
  if (chunk?.type !== "chunk") throw new Error("the page was not built");
  return chunk.code;
}

const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

/** On a port of its own: a page that comes from nowhere may not reach this machine. */
async function serve(code: string): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? code : HTML);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return server;
}

function remoteDriver(page: Page): Driver {
  const task =
    (name: keyof Driver) =>
    (...args: unknown[]): Promise<never> =>
      page.evaluate(
        ([method, given]) =>
          (globalThis as unknown as { driver: Record<string, (...args: unknown[]) => never> }).driver[method]?.(
            ...given,
          ) as never,
        [name, args] as const,
      );
  const names: readonly (keyof Driver)[] = [
    "open",
    "mount",
    "read",
    "rendered",
    "call",
    "update",
    "unmount",
    "churn",
    "close",
  ];
  return Object.fromEntries(names.map((name) => [name, task(name)])) as unknown as Driver;
}

/** Of what is still in use: everything else is collected first. */
async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
