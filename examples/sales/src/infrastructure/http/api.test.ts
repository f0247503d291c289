import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Log } from "../../../../../packages/server/src/index.ts";
import { type Backend, startBackend } from "../../backend.ts";
import { DEMO_PASSWORD } from "../accounts/demo-accounts.ts";
import { type LocalAccounts, startLocalAccounts } from "../accounts/local-accounts.ts";

const nothing = (): void => {};
const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let folder = "";
let accounts: LocalAccounts;
let backend: Backend;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sales-api-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<p>page</p>");
  await writeFile(join(folder, "assets/a-1.js"), "1");
  await writeFile(join(folder, "secret.pem"), "secret");
  accounts = await startLocalAccounts();
  backend = await startBackend({
    env: { HTTP_PORT: "0", WEB_PORT: "0", DATABASE_PATH: ":memory:", PAGES_PATH: folder },
    log: silent,
    accounts,
  });
});
after(async () => {
  await backend?.stop();
  await accounts?.stop();
  await rm(folder, { recursive: true });
});

interface Asked {
  readonly token?: string;
  readonly cookie?: string;
  readonly type?: string;
}

function ask(request: string, body?: unknown, { token, cookie, type = "application/json" }: Asked = {}) {
  const [method = "GET", path = "/"] = request.split(" ");
  return fetch(backend.shop.url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { "content-type": type }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

const admin = (): Asked => ({ token: accounts.token("ada", "ADMIN") });

describe("the API of the shop", () => {
  it("is for administrators alone, except for what customers need", async () => {
    const ways = ["GET /api/sales", "POST /api/sales", "POST /api/sales/1/payment"];
    const others = await startLocalAccounts();
    const strangers = { token: others.token("ada", "ADMIN") };
    await others.stop();
    for (const way of ways) {
      const body = way.startsWith("GET") ? undefined : {};
      assert.equal((await ask(way, body)).status, 401, way);
      assert.equal((await ask(way, body, { token: "nonsense" })).status, 401, way);
      assert.equal((await ask(way, body, strangers)).status, 401, way);
      assert.equal((await ask(way, body, { token: accounts.token("bob", "SELLER") })).status, 403, way);
      assert.equal((await ask(way, body, { token: accounts.token("bob") })).status, 403, way);
    }
    assert.equal((await ask("GET /api/nothing", undefined, admin())).status, 404);
  });

  it("lists sales, the newest first, with a change that counts up", async () => {
    const first = await (await ask("POST /api/sales", { total: 100 }, admin())).json();
    const second = await (await ask("POST /api/checkout", { items: [{ product: "taza", quantity: 2 }] })).json();
    assert.deepEqual([first.total, second.total], [100, 290]);
    const before = await (await ask("GET /api/sales", undefined, admin())).json();
    assert.deepEqual(
      before.sales.slice(0, 2).map(({ id, status, items }: Record<string, unknown>) => [id, status, items]),
      [
        [second.id, "pending", "2 × Taza de barro"],
        [first.id, "pending", ""],
      ],
    );
    for (let times = 0; times < 2; times++) {
      const paid = await (await ask(`POST /api/sales/${first.id}/payment`, {}, admin())).json();
      assert.equal(paid.status, "approved");
    }
    const { lastChange } = await (await ask("GET /api/sales", undefined, admin())).json();
    assert.equal(lastChange, before.lastChange + 1, "a payment counts once");
  });

  it("takes prices from the shop and not from the browser, and says what is wrong", async () => {
    const bought = await ask("POST /api/checkout", { items: [{ product: "taza", quantity: 1, price: 0 }] });
    assert.equal((await bought.json()).total, 145);
    const wrong: readonly [string, unknown, RegExp][] = [
      ["POST /api/checkout", { items: [] }, /items/],
      ["POST /api/checkout", { items: [null] }, /product/],
      ["POST /api/checkout", { items: [{ product: "gold", quantity: 1 }] }, /"gold"/],
      ["POST /api/checkout", { items: [{ product: "taza", quantity: 1.5 }] }, /quantity/],
      ["POST /api/sales", { total: -1 }, /total/],
      ["POST /api/sales", { total: "1" }, /total/],
      ["POST /api/sales", "no JSON", /JSON/],
    ];
    for (const [way, body, expected] of wrong) {
      const response = await ask(way, body, admin());
      assert.equal(response.status, 400);
      assert.match((await response.json()).error, expected);
    }
    assert.equal((await ask("POST /api/sales/999/payment", {}, admin())).status, 404);
    assert.equal((await ask("POST /api/checkout", "items=1", { type: "text/plain" })).status, 415);
    assert.equal((await ask("POST /api/checkout", { items: "x".repeat(20_000) })).status, 413);
  });
});

describe("local accounts", () => {
  it("give a token to who knows the password, and a session that no script can read", async () => {
    const email = "ana@tienda.example";
    assert.equal((await ask("POST /auth/sign-in", { email, password: "guess" })).status, 401);
    const entered = await ask("POST /auth/sign-in", { email, password: DEMO_PASSWORD });
    const { user, token } = await entered.json();
    assert.deepEqual([user.uid, user.role], ["ana", "ADMIN"]);
    assert.equal((await ask("GET /api/sales", undefined, { token })).status, 200);
    const [cookie = ""] = entered.headers.getSetCookie();
    assert.match(cookie, /HttpOnly; SameSite=Strict/);

    const [session = ""] = cookie.split(";");
    const renewed = await (await ask("POST /auth/token", undefined, { cookie: session })).json();
    assert.equal((await ask("GET /api/sales", undefined, { token: renewed.token })).status, 200);
    const value = session.slice("session=".length);
    assert.equal((await ask("GET /api/sales", undefined, { token: value })).status, 401, "a session is no token");
    for (const wrong of [`session=${token}`, "session=", "session=a.b.c", "other=1"]) {
      assert.equal((await ask("POST /auth/token", undefined, { cookie: wrong })).status, 204, wrong);
    }
    const left = await ask("POST /auth/sign-out");
    assert.match(left.headers.getSetCookie()[0] ?? "", /^session=;.*Max-Age=0/);
  });

  it("share a key over its file, so that what one process signed the next one believes", async () => {
    const file = join(folder, "accounts.pem");
    const one = await startLocalAccounts(file);
    const { session = "" } = one.signIn("ana@tienda.example", DEMO_PASSWORD) ?? {};
    await one.stop();
    const next = await startLocalAccounts(file);
    assert.equal(next.renew(session)?.user.uid, "ana");
    assert.equal(accounts.renew(session), undefined);
    await next.stop();
  });
});

describe("the pages", () => {
  it("answer at every place in them, may not be framed, and nothing else of the folder is there", async () => {
    for (const path of ["/", "/admin/ventas"]) {
      const response = await ask(`GET ${path}`);
      assert.equal(await response.text(), "<p>page</p>");
      assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'self'.*frame-ancestors 'none'/);
      assert.equal(response.headers.get("cache-control"), "no-cache");
    }
    assert.match((await ask("GET /assets/a-1.js")).headers.get("cache-control") ?? "", /immutable/);
    for (const path of ["/assets/b.js", "/secret.pem", "/..%2fsecret.js"]) {
      assert.equal((await ask(`GET ${path}`)).status, 404, path);
    }
  });
});
