import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { en } from "../src/i18n/en.ts";
import { esMx } from "../src/i18n/es-mx.ts";
import type { Messages } from "../src/i18n/messages.ts";
import { ptBr } from "../src/i18n/pt-br.ts";
import { type LiveHubUnderTest, startLiveHub } from "./start-live-hub.ts";
import { openWatched, type WatchedPage } from "./watched-page.ts";

const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, locale: "en-US" };
const STEP_MS = 30_000;

let hub: LiveHubUnderTest;
let browser: Browser;

before(async () => {
  [hub, browser] = await Promise.all([startLiveHub(), chromium.launch(CHROMIUM)]);
});

after(async () => {
  await browser?.close();
  await hub?.stop();
});

const part = (page: Page, name: string) => page.locator(`[data-test="${name}"]`);

async function untilState(page: Page, state: string): Promise<void> {
  await page.locator(`[data-test="state"][data-state="${state}"]`).waitFor({ timeout: STEP_MS });
}

/** Waits until a part of the page shows this text. */
async function untilText(page: Page, name: string, text: string | RegExp): Promise<void> {
  await part(page, name).filter({ hasText: text }).waitFor({ timeout: STEP_MS });
}

async function open(options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const watched = await openWatched(browser, hub.url, { ...DESKTOP, ...options });
  await untilState(watched.page, "connected");
  await untilText(watched.page, "verdict", /\d/);
  return watched;
}

async function finish(watched: WatchedPage): Promise<void> {
  assert.deepEqual(await watched.complaints(), []);
  await watched.close();
}

/** The publications named as recovered, whatever the language's way to write numbers. */
async function recoveredCount(page: Page): Promise<number> {
  const text = await part(page, "outcome").textContent();
  return Number(/\d+/.exec(text ?? "")?.[0] ?? 0);
}

async function cutAndRecover(page: Page, messages: Messages): Promise<void> {
  await part(page, "cut").click();
  await untilState(page, "cut");
  await untilText(page, "outcome", messages["proof.away"]);
  await untilState(page, "connected");
  await page.locator('[data-test="outcome"][data-tone="success"]').waitFor({ timeout: STEP_MS });
  assert.ok((await recoveredCount(page)) >= 15, "five seconds without a connection leave about twenty publications");
  assert.equal(await part(page, "verdict").getAttribute("data-tone"), "success");
  await untilText(page, "verdict", messages["verdict.complete"]);
}

/** What the rules of WCAG 2.2 AA say against the page as it stands. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await run(document, { runOnly: tags })).violations;
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

async function cutConnection(page: Page): Promise<void> {
  await part(page, "cut").click();
  await untilState(page, "cut");
}

async function reachForOther(page: Page): Promise<void> {
  await part(page, "other-tenant").click();
  await part(page, "isolation").locator("li").nth(1).waitFor({ timeout: STEP_MS });
}

describe("live page", { concurrency: 2 }, () => {
  const languages: readonly [string, Messages][] = [
    ["en-US", en],
    ["es-MX", esMx],
    ["pt-BR", ptBr],
  ];
  for (const [locale, messages] of languages) {
    it(`speaks the browser's language ${locale} and shows what a cut connection recovered`, async () => {
      const watched = await open({ locale });
      const { page } = watched;
      assert.equal(await page.locator("h1").textContent(), messages["page.title"]);
      assert.equal(await page.locator("html").getAttribute("lang"), locale.replace("en-US", "en"));
      await cutAndRecover(page, messages);
      await finish(watched);
    });
  }

  it("remembers the language that was chosen from the list", async () => {
    const watched = await open();
    const { page } = watched;
    await part(page, "locale").click();
    await page.getByRole("option", { name: "Português (Brasil)" }).click();
    await page.getByRole("heading", { level: 1, name: ptBr["page.title"] }).waitFor({ timeout: STEP_MS });
    await page.reload();
    await page.getByRole("heading", { level: 1, name: ptBr["page.title"] }).waitFor({ timeout: STEP_MS });
    await finish(watched);
  });

  it("shows an offset as missing when one never arrives", async () => {
    const watched = await openWatched(browser, "about:blank", DESKTOP);
    const { page } = watched;
    let dropped = false;
    await page.routeWebSocket(/\/connection\/websocket/, (socket) => {
      const server = socket.connectToServer();
      let publications = 0;
      server.onMessage((frame) => {
        if (String(frame).includes('"pub"') && String(frame).includes(":host") && ++publications === 5) dropped = true;
        else socket.send(frame);
      });
    });
    await page.goto(hub.url);
    await page.locator('[data-test="verdict"][data-tone="error"]').waitFor({ timeout: STEP_MS });
    assert.ok(dropped);
    await untilText(page, "verdict", /1 offset missing/);
    await watched.close();
  });

  it("publishes valid JSON only, shows the matching curl line, and receives its own publication", async () => {
    const watched = await open();
    const { page } = watched;
    const editor = page.getByLabel(en["publish.editor"]);
    const text = `it's ${crypto.randomUUID()}`;
    await editor.fill('{"type": "notification", ');
    await page
      .getByText(/Not valid JSON yet: line 1, column \d+/)
      .first()
      .waitFor({ timeout: STEP_MS });
    assert.equal(await editor.getAttribute("aria-invalid"), "true");
    await editor.fill(JSON.stringify({ type: "notification", data: { text } }));
    const curl = (await part(page, "curl").textContent()) ?? "";
    assert.match(curl, /^curl -X POST 'http.*\/api\/publish' \\\n/);
    assert.ok(curl.includes(text.replace("'", "'\\''")));
    await editor.press("Control+Enter");
    await untilText(page, "publish-outcome", /Published as offset [\d,]+, back here after [\d.]+ ms/);
    await untilText(page, "received", text);
    await finish(watched);
  });

  it("shows a second page as present, and as gone when it is closed", async () => {
    const [first, second] = await Promise.all([open(), open()]);
    const user = await second.page.locator('[data-test="visitors"] li', { hasText: en["who.you"] }).textContent();
    const name = /visitor-[a-z]{4}/.exec(user ?? "")?.[0] ?? "";
    assert.notEqual(name, "");
    await first.page.locator('[data-test="visitors"]', { hasText: name }).waitFor({ timeout: STEP_MS });
    await finish(second);
    await first.page.locator('[data-test="visitors"]', { hasNotText: name }).waitFor({ timeout: STEP_MS });
    await finish(first);
  });

  it("is refused by the hub when it reaches for another tenant, with code and text", async () => {
    const watched = await open();
    const { page } = watched;
    await part(page, "other-tenant").click();
    const rows = part(page, "isolation").locator("li");
    await rows.nth(1).waitFor({ timeout: STEP_MS });
    for (const text of await rows.allInnerTexts()) assert.match(text, /Refused, 103[\s\S]*permission denied/);
    await finish(watched);
  });

  it("is dark where the system is, from the first paint, and remembers another choice", async () => {
    const watched = await open({ colorScheme: "dark" });
    const { page } = watched;
    const isDark = (): Promise<boolean> => page.evaluate(() => document.documentElement.classList.contains("dark"));
    assert.equal(await isDark(), true);
    const [red = 255] = await page.evaluate(() => {
      const context = document.createElement("canvas").getContext("2d");
      if (!context) throw new Error("no canvas");
      context.fillStyle = getComputedStyle(document.body).backgroundColor;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    });
    assert.ok(red < 40, "the background is dark");
    await part(page, "theme").click();
    await page.reload();
    assert.equal(await isDark(), false);
    await finish(watched);
  });

  it("fits 390 px without scrolling sideways", async () => {
    for (const locale of ["en-US", "es-MX", "pt-BR"]) {
      const watched = await open({ locale, viewport: { width: 390, height: 844 } });
      const { page } = watched;
      await part(page, "other-tenant").click();
      await part(page, "isolation").locator("li").first().waitFor({ timeout: STEP_MS });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0);
      await finish(watched);
    }
  });

  it("can be used with the keyboard from the skip link on", async () => {
    const watched = await open();
    const { page } = watched;
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), en["page.skip"]);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "content");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-test")), "cut");
    await page.keyboard.press("Enter");
    await untilState(page, "cut");
    await untilState(page, "connected");
    await finish(watched);
  });

  const views: readonly [string, BrowserContextOptions, (page: Page) => Promise<void>][] = [
    ["in the light", {}, reachForOther],
    ["in the dark", { colorScheme: "dark" }, reachForOther],
    ["on a narrow screen", { viewport: { width: 390, height: 844 } }, reachForOther],
    ["while the connection is cut", {}, cutConnection],
  ];
  for (const [view, options, prepare] of views) {
    it(`puts no barrier in anybody's way ${view}`, async () => {
      const { page, close } = await open(options);
      await prepare(page);
      assert.deepEqual(await barriers(page), []);
      await close();
    });
  }

  it("says what to do while the hub is away, and connects by itself when it is back", async () => {
    const watched = await openWatched(browser, "about:blank", DESKTOP);
    const { page } = watched;
    await page.route("**/live/session*", (route) => route.abort());
    await page.goto(hub.url);
    await page.getByRole("alert").filter({ hasText: "npm start" }).waitFor({ timeout: STEP_MS });
    await untilState(page, "away");
    assert.deepEqual(await barriers(page), []);
    await page.unroute("**/live/session*");
    await untilState(page, "connected");
    await watched.close();
  });
});
