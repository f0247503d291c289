import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Program, runNode } from "../program.fixture.ts";
import { PORTAL, type Portal, SECRETS, startPortal, TENANT } from "./portal.fixture.ts";
import { progressAfter, steps } from "./shared/deployments.ts";

const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
};
const STEP_MS = 30_000;
const EVERY_STEP = [0, ...steps.map(progressAfter), 100].join(" ");

let portal: Portal;
let browser: Browser;

/** What the one command starts; it has built what the others run, too. */
let demonstration: Program;
let demonstrationUrl: string;

before(async () => {
  demonstration = runNode(["start.mjs"], { cwd: PORTAL });
  [, demonstrationUrl = ""] = await demonstration.says(/The portal is live: {2}(\S+)/);
  [portal, browser] = await Promise.all([startPortal(), chromium.launch(CHROMIUM)]);
});

after(async () => {
  await browser?.close();
  await portal?.stop();
  await demonstration?.end("SIGTERM");
});

/** A page, and what its console should not have said. */
async function open(path: string, url = portal.url): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale: "en-US", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url + path);
  return { page, complaints };
}

/** What the server sends, before any script has run. */
async function rendered(path: string, language = "en"): Promise<{ html: string; title: string }> {
  const html = await (await fetch(portal.url + path, { headers: { "accept-language": language } })).text();
  const [, title = ""] = /<h1[^>]*>(.*?)<\/h1>/s.exec(html) ?? [];
  return { html, title: title.replace(/<.*?>/g, "").trim() };
}

const untilConnection = (page: Page, status: string) => page.locator(`.connection[data-status="${status}"]`).waitFor();

const deployment = (page: Page, id: string) => page.locator(`.deployment[data-id="${id}"]`);

describe("portal of deployments", () => {
  it("is rendered on the server with what has happened, and taken over without a warning", async () => {
    await portal.publisher.publishStart(TENANT, "before-the-page", "odoo");
    const { html } = await rendered("/deployments");
    assert.ok(html.includes("before-the-page"));
    assert.ok(html.includes('data-status="idle"'), "the server itself listens to nothing");

    const { page, complaints } = await open("/deployments");
    await untilConnection(page, "live");
    await portal.publisher.publishProgress(TENANT, "before-the-page", { progress: 14 });
    await page.locator('.deployment[data-id="before-the-page"][data-told="0 14"]').waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it("shows a deployment that its back end starts, step by step until it is done", async () => {
    const { page, complaints } = await open("/deployments");
    const answered = page.waitForResponse(
      (response) => response.request().method() === "POST" && response.url().endsWith("/api/deployments"),
    );
    await page.getByRole("button", { name: "New Deployment" }).click();
    const { id } = (await (await answered).json()) as { id: string };
    await deployment(page, id).locator('.status-badge[data-status="completed"]').waitFor();
    assert.equal(await deployment(page, id).getAttribute("data-told"), EVERY_STEP);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it("loses nothing of what happens while its connection is cut", async () => {
    const { page, complaints } = await open("/deployments");
    await untilConnection(page, "live");
    await portal.publisher.publishStart(TENANT, "through-the-cut", "odoo");
    await deployment(page, "through-the-cut").waitFor();

    portal.gate.cut();
    await page.locator('.connection:not([data-status="live"])').waitFor();
    for (const step of steps) {
      await portal.publisher.publishProgress(TENANT, "through-the-cut", { progress: progressAfter(step) });
    }
    await portal.publisher.publishCompleted(TENANT, "through-the-cut");
    portal.gate.restore();

    await untilConnection(page, "live");
    await deployment(page, "through-the-cut").locator('.status-badge[data-status="completed"]').waitFor();
    assert.equal(await deployment(page, "through-the-cut").getAttribute("data-told"), EVERY_STEP);
    const ofTheBrowser = /^WebSocket connection to /;
    assert.deepEqual(
      complaints.filter((complaint) => !ofTheBrowser.test(complaint)),
      [],
    );
    await page.context().close();
  });

  it("asks for the whole state when the hub no longer has what was missed", async () => {
    const { page } = await open("/deployments");
    await untilConnection(page, "live");
    await portal.publisher.publishStart(TENANT, "before-the-gap", "odoo");
    await deployment(page, "before-the-gap").waitFor();

    portal.gate.cut();
    await page.locator('.connection:not([data-status="live"])').waitFor();
    await portal.publisher.publishCompleted(TENANT, "before-the-gap");
    await portal.forgetHistory();
    await portal.publisher.publishStart(TENANT, "after-the-gap", "moodle");
    portal.gate.restore();

    await deployment(page, "after-the-gap").waitFor();
    assert.equal(await deployment(page, "before-the-gap").count(), 0, "the state is what the hub knows now");
    await page.context().close();
  });

  it("puts no barrier before anybody", async () => {
    const { page } = await open("/deployments");
    await untilConnection(page, "live");
    await page.evaluate(axe.source);
    const barriers = await page.evaluate(async () => {
      const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
      const { violations } = await run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag22aa", "best-practice"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
    });
    assert.deepEqual(barriers, []);
    await page.context().close();
  });

  it("keeps one connection while its pages come and go", async () => {
    const { page, complaints } = await open("/");
    await untilConnection(page, "live");
    const opened = portal.gate.opened;
    for (const path of ["/deployments", "/billing", "/"]) {
      await page.locator(`a[href="${path}"]`).first().click();
      await page.waitForURL(portal.url + path);
    }
    assert.equal(portal.gate.opened, opened);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  const languages = [
    ["en", "Deployments"],
    ["es-MX", "Despliegues"],
    ["pt-BR", "Deploys"],
  ] as const;
  for (const [language, expected] of languages) {
    it(`is rendered in the browser's language ${language}`, async () => {
      const { html, title } = await rendered("/deployments", language);
      assert.equal(title, expected);
      assert.match(/<html[^>]*>/.exec(html)?.[0] ?? "", new RegExp(`lang="${language}"`));
    });
  }

  it("gives no secret to the page", async () => {
    const { html } = await rendered("/");
    for (const secret of Object.values(SECRETS)) assert.ok(!html.includes(secret));
  });
});

describe("start.mjs", () => {
  it("opens on a day that is full of deployments", async () => {
    const { page } = await open("/deployments", demonstrationUrl);
    await page.locator(".deployment").first().waitFor();
    await page.context().close();
  });
});
