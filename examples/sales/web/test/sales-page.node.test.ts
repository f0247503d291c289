import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { runNode } from "../../../program.fixture.ts";
import { DEMO_PASSWORD } from "../../src/infrastructure/accounts/demo-accounts.ts";
import { en } from "../text/en.ts";
import { esMx } from "../text/es-mx.ts";
import { ptBr } from "../text/pt-br.ts";
import { type Instance, openShop, SALES, type Shop } from "./shop.fixture.ts";

const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
};
const STEP_MS = 30_000;
/** More than any delay between two attempts, in steps that no heartbeat fits into. */
const CLOCK_STEP_MS = 5_000;

let shop: Shop;
let browser: Browser;
let instances: Instance[] = [];
const pages = new Set<Page>();
const complaints: string[] = [];

before(async () => {
  [shop, browser] = await Promise.all([openShop(), chromium.launch(CHROMIUM)]);
  // One after the other: the first makes the key of the accounts.
  instances = [await shop.startInstance(), await shop.startInstance()];
  shop.route(...instances);
});

afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages.clear();
  assert.deepEqual(complaints.splice(0), []);
});

after(async () => {
  await browser?.close();
  await shop?.stop();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "es-MX", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    // Chromium itself tells of every connection that fails; these tests cut some on purpose.
    const isCut = /WebSocket connection to .* failed|Failed to load resource: net::/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isCut) complaints.push(message.text());
  });
  pages.add(page);
  await page.goto(path.startsWith("http") ? path : shop.url + path);
  return page;
}

async function signIn(page: Page, user = "ana"): Promise<void> {
  await page.locator('input[name="email"]').fill(`${user}@tienda.example`);
  await page.locator('input[name="password"]').fill(DEMO_PASSWORD);
  await page.locator('button[type="submit"]').click();
}

async function enter(user = "ana"): Promise<Page> {
  const page = await open("/login");
  await signIn(page, user);
  return untilReady(page);
}

/** In a page whose time the test can let pass. */
async function enterWithClock(): Promise<Page> {
  const page = await open("/login");
  await page.clock.install();
  await page.reload();
  await signIn(page);
  return untilReady(page);
}

async function untilReady(page: Page): Promise<Page> {
  await untilStatus(page, "live");
  // The list is there: from now on a badge is news.
  await page.locator(".sales, .admin main > .muted").first().waitFor();
  return page;
}

const untilStatus = (page: Page, status: string): Promise<void> =>
  page.locator(`[data-test="connection"][data-status="${status}"]`).waitFor();
const badge = (page: Page) => page.locator(".sidebar [data-test=new-sales]");
const untilBadge = (page: Page): Promise<void> => badge(page).waitFor();
const toast = (page: Page) => page.locator('[data-test="toast"]');
const row = (page: Page, id: number) => page.locator(`tr[data-sale="${id}"]`);
const goTo = (page: Page, path: string): Promise<void> => page.locator(`.sidebar a[href="${path}"]`).click();

async function createByHand(page: Page, total: number): Promise<void> {
  await page.getByRole("button", { name: esMx.sales.add }).click();
  await page.getByLabel(esMx.sales.total).fill(String(total));
  await page.getByRole("button", { name: esMx.sales.save }).click();
}

/** Somebody buys; resolves with the number of the sale. */
async function checkOut(url = shop.url): Promise<number> {
  const response = await fetch(`${url}/api/checkout`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ items: [{ product: "taza", quantity: 2 }] }),
  });
  assert.equal(response.status, 200);
  return ((await response.json()) as { id: number }).id;
}

/** Every instance is killed, and nobody answers. */
async function goDown(): Promise<void> {
  shop.route();
  await Promise.all(instances.map((instance) => instance.kill()));
}

/** Lets the page's time pass until its connection is in this state; while an attempt goes on, time stands still. */
async function passTimeUntil(page: Page, status: string): Promise<void> {
  for (;;) {
    const now = await page.locator('[data-test="connection"]').getAttribute("data-status");
    if (now === status) return;
    if (now === "connecting") await page.locator('[data-test="connection"]:not([data-status="connecting"])').waitFor();
    else await page.clock.runFor(CLOCK_STEP_MS);
  }
}

describe("the manual tests of the sales notifications, in Chromium", () => {
  it("1: a sale from the admin or the checkout shows the badge, which goes when /admin/ventas is entered", async () => {
    await checkOut();
    const page = await enter();
    assert.equal(await badge(page).count(), 0, "what was there before is no news");
    const store = await open("/tienda");
    await store.getByRole("button", { name: esMx.store.buyOf("Taza de barro") }).click();
    await store.getByText(esMx.store.thanks("Taza de barro")).waitFor();
    await untilBadge(page);
    await toast(page).getByText("$145.00").waitFor();

    await page.reload();
    await untilBadge(page);
    await goTo(page, "/admin/ventas");
    await badge(page).waitFor({ state: "detached" });
    await goTo(page, "/admin");
    assert.equal(await badge(page).count(), 0);

    await createByHand(page, 1_234);
    await untilBadge(page);
    await goTo(page, "/admin/ventas");
    await page.getByText("$1,234.00").waitFor();
    const id = await checkOut();
    await row(page, id).waitFor();
    assert.equal(await badge(page).count(), 0, "who looks at the list has seen it");
    await page.reload();
    await untilStatus(page, "live");
    assert.equal(await badge(page).count(), 0);
  });

  it("2: a payment that is confirmed shows the badge", async () => {
    const id = await checkOut();
    const [page, other] = await Promise.all([enter("ana"), enter("luis")]);
    await goTo(other, "/admin/ventas");
    await row(other, id).getByRole("button").click();
    await other.locator(`tr[data-sale="${id}"][data-status="approved"]`).waitFor();
    await untilBadge(page);
    await toast(page).getByText(esMx.toast.paid(id)).waitFor();
  });

  it("3: every administrator gets it, on every instance", async () => {
    const before = new Map(shop.hub.taken);
    const admins = await Promise.all([enter("ana"), enter("luis")]);
    for (const { hubPort } of instances) {
      assert.equal(shop.hub.taken.get(hubPort), (before.get(hubPort) ?? 0) + 1, "one administrator on each instance");
    }
    await checkOut();
    for (const page of admins) await untilBadge(page);
  });

  it("4: a page whose server is killed comes back by itself, to another instance, and misses nothing", async () => {
    const page = await enterWithClock();
    await goDown();
    await page.locator('[data-test="notice"]').getByText(esMx.connection.lost(1, 10)).waitFor();

    const other = await shop.startInstance();
    instances = [other];
    const id = await checkOut(`http://localhost:${other.webPort}`);
    assert.equal(await badge(page).count(), 0);
    shop.route(other);
    await passTimeUntil(page, "live");
    await untilBadge(page);
    await row(page, id).waitFor();
  });

  it("gives up after ten attempts, says so, and goes on when asked to", async () => {
    const page = await enterWithClock();
    let attempts = 0;
    page.on("websocket", () => attempts++);
    await goDown();
    await page.locator('[data-test="notice"]').waitFor();
    await passTimeUntil(page, "failed");
    assert.equal(attempts, 10);
    await page.clock.runFor(600_000);
    assert.equal(attempts, 10, "nothing more by itself");

    instances = [await shop.startInstance()];
    shop.route(...instances);
    const notice = page.locator('[data-test="notice"]').filter({ hasText: esMx.connection.failed(10) });
    await notice.getByRole("button", { name: esMx.connection.retry }).click();
    await untilStatus(page, "live");
    await notice.waitFor({ state: "detached" });
    await checkOut();
    await untilBadge(page);
  });
});

describe("the page of the administration", () => {
  it("lets nobody in without the role, and does not even try to connect", async () => {
    const page = await open("/admin/ventas");
    let attempts = 0;
    page.on("websocket", () => attempts++);
    await signIn(page, "bruno");
    await page.getByRole("heading", { name: esMx.forbidden.title }).waitFor();
    const status = await page.evaluate(async () => {
      const { token } = await (await fetch("/auth/token", { method: "POST" })).json();
      return (await fetch("/api/sales", { headers: { authorization: `Bearer ${token}` } })).status;
    });
    assert.equal(status, 403);
    assert.equal(attempts, 0);
    // Chromium tells of the answer, which is the point of this test.
    complaints.splice(0);
  });

  it("opens one connection, and closes it when its user signs out", async () => {
    const page = await open("/login");
    const sockets: { isClosed(): boolean; waitForEvent(event: "close"): Promise<unknown> }[] = [];
    page.on("websocket", (socket) => sockets.push(socket));
    await signIn(page);
    await untilStatus(page, "live");
    await goTo(page, "/admin/ventas");
    await goTo(page, "/admin");
    const [socket] = sockets;
    assert.ok(socket);
    const closed = socket.isClosed() ? undefined : socket.waitForEvent("close");
    await page.getByRole("button", { name: esMx.nav.signOut }).click();
    await page.getByRole("heading", { name: esMx.login.title }).waitFor();
    await closed;
    assert.equal(sockets.length, 1);
    await page.reload();
    await page.getByRole("heading", { name: esMx.login.title }).waitFor();
  });

  it("speaks the language of the browser, or the one that is chosen", async () => {
    const page = await open("/login", { locale: "en-GB" });
    const speaks = async (lang: string, title: string): Promise<void> => {
      await page.getByRole("heading", { name: title, exact: true }).waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
    };
    await speaks("en", en.login.title);
    await page.getByLabel(en.language).selectOption("pt-BR");
    await speaks("pt-BR", ptBr.login.title);
    await page.reload();
    await speaks("pt-BR", ptBr.login.title);
  });

  const looks = [
    ["es-MX", esMx, "light", { width: 1280, height: 800 }],
    ["pt-BR", ptBr, "dark", { width: 390, height: 844 }],
  ] as const;
  for (const [locale, text, colorScheme, viewport] of looks) {
    it(`can be used by everybody, ${colorScheme} and ${viewport.width} px wide`, async () => {
      await checkOut();
      const page = await open("/login", { locale, colorScheme, viewport });
      await page.getByRole("heading", { name: text.login.title }).waitFor();
      await judge(page);
      await signIn(page);
      await untilStatus(page, "live");
      await page.locator(".sales").waitFor();
      await checkOut();
      await toast(page).waitFor();
      await judge(page);
      await goTo(page, "/admin/ventas");
      await page.getByRole("heading", { name: text.nav.sales }).waitFor();
      await judge(page);
      await page.goto(`${shop.url}/tienda`);
      await page.getByRole("heading", { name: text.store.title }).waitFor();
      await judge(page);
    });
  }
});

/** What axe finds on the page as it is, and whether it has to be scrolled sideways. */
async function judge(page: Page): Promise<void> {
  // Not as a script of the page, whose policy allows none from elsewhere.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(document);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  assert.deepEqual(found, []);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${page.url()} is ${overflow} px too wide`);
}

describe("start.mjs", () => {
  it("opens on a shop in which people buy", async () => {
    const demo = runNode(["start.mjs"], { cwd: SALES });
    try {
      const [, url = ""] = await demo.says(/shop is live: {2}(\S+)/);
      const page = await open(`${url}/login`);
      await signIn(page);
      await toast(page).waitFor();
      await untilBadge(page);
    } finally {
      await demo.end("SIGTERM");
    }
  });
});
