import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { ANA, openStage, type Stage } from "../bindings/stage.fixture.ts";
import type { App } from "./page.fixture.ts";

const CHANNEL = "open:notes";
const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
};
const NAMESPACE = {
  name: "open",
  history_size: 100,
  history_ttl: "60s",
  allow_recovery: true,
  allow_publish_for_client: true,
  allow_subscribe_for_client: true,
};

let stage: Stage;
let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof serve>>;
before(async () => {
  [stage, browser, code] = await Promise.all([
    openStage({ channel: { namespaces: [NAMESPACE] } }),
    chromium.launch(CHROMIUM),
    bundle(),
  ]);
  site = await serve();
});
afterEach(async () => {
  stage.gate.restore();
  await Promise.all(browser.contexts().map((context) => context.close()));
});
after(async () => {
  await browser?.close();
  site?.close();
  await stage?.close();
});

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("./page.fixture.ts", import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@altavoz/source", "module", "browser"] },
    build: { write: false, lib: { entry, formats: ["es"], fileName: "page" } },
  });
  const [built] = Array.isArray(result) ? result : [result];
  const [chunk] = built && "output" in built ? built.output : [];
  if (chunk?.type !== "chunk") throw new Error("the page was not built");
  return chunk.code;
}

/** A web server of its own: a browser keeps pages of other networks away from this one. */
async function serve(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer(({ url }, response) => {
    const isCode = url === "/page.js";
    response.setHeader("content-type", isCode ? "text/javascript" : "text/html");
    response.end(isCode ? code : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, close };
}

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await start(page);
  return page;
}

async function start(page: Page): Promise<void> {
  await page.goto(site.url);
  await page.waitForFunction(() => "app" in globalThis);
  const options = { url: stage.url, token: await stage.hub.token(ANA), channel: CHANNEL, user: "ana" };
  await page.evaluate((given) => (globalThis as unknown as { app: App }).app.open(given), options);
}

const becomes = (page: Page, status: string): Promise<string | undefined> =>
  page.evaluate((wanted) => (globalThis as unknown as { app: App }).app.becomes(wanted), status);
const heard = (page: Page, count: number): Promise<unknown[]> =>
  page.evaluate((wanted) => (globalThis as unknown as { app: App }).app.heard(wanted), count);
const write = (page: Page, n: number): Promise<void> =>
  page.evaluate((given) => (globalThis as unknown as { app: App }).app.write({ n: given }), n);

const numbers = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index }));

async function publish(from: number, to: number): Promise<void> {
  for (const event of numbers(from, to)) await stage.publish(CHANNEL, event);
}

describe("client in Chromium", () => {
  it("loses nothing when its connection is cut, and knows that it did not", async () => {
    const page = await openPage(await browser.newContext());
    await becomes(page, "live");
    await publish(1, 2);
    await heard(page, 2);
    stage.gate.cut();
    await becomes(page, "recovering");
    await publish(3, 12);
    stage.gate.restore();
    assert.deepEqual(await heard(page, 12), numbers(1, 12));
    assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { app: App }).app.recovery()), {
      count: 1,
      outcome: "complete",
      recovered: 10,
    });
  });

  it("hears of the browser that it is offline, and comes back with the network", async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    await becomes(page, "live");
    await context.setOffline(true);
    assert.equal(await becomes(page, "stale"), "offline");
    await context.setOffline(false);
    await becomes(page, "live");
  });

  it("publishes after a reload what was written offline, though another page of the same user is open", async () => {
    const context = await browser.newContext();
    const writer = await openPage(context);
    await becomes(writer, "live");
    const other = await openPage(context);
    await becomes(other, "live");
    stage.gate.cut();
    await Promise.all([becomes(writer, "recovering"), becomes(other, "recovering")]);
    await write(writer, 1);
    await write(writer, 2);
    await start(writer);
    stage.gate.restore();
    assert.deepEqual(await heard(other, 2), numbers(1, 2));
    await writer.evaluate(() => (globalThis as unknown as { app: App }).app.drained());
  });
});
