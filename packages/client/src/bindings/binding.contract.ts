import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { createClient } from "../client.ts";
import type { PageDriver, Plain, Shown, Use } from "./page-driver.fixture.ts";
import { ANA, openStage, type Stage, TENANT } from "./stage.fixture.ts";

/** A page, in this process or another. */
export type Driver = {
  readonly [Name in keyof PageDriver]: (
    ...args: Parameters<PageDriver[Name]>
  ) => Promise<Awaited<ReturnType<PageDriver[Name]>>>;
};

export interface OpenedPage {
  readonly driver: Driver;
  /** What the page complained of, such as errors on its console. */
  complaints(): readonly string[];
  /** What its scripts hold on to; only where that can be measured. */
  heapBytes?(): Promise<number>;
  close(): Promise<void>;
}

interface Mounted {
  /** What the component shows now. */
  shown(): Promise<Shown>;
  until(holds: (shown: Shown) => boolean, what: string): Promise<Shown>;
  call(method: string, ...args: Plain[]): Promise<void>;
  update(...args: Plain[]): Promise<void>;
  unmount(): Promise<void>;
}

const PATIENCE_MS = 20_000;
/** Less than what one small object for each of a thousand components would take. */
const HEAP_NOISE = 100_000;
const DEPLOYMENTS = `tenant:${TENANT}:deployments`;
const BILLING = `tenant:${TENANT}:billing`;
const NOTIFICATIONS = `tenant:${TENANT}:notifications`;

const live = ({ status }: Shown): boolean => status === "live";
const connected = ({ isConnected }: Shown): boolean => isConnected === true;
const count = (value: Plain | undefined): number => (Array.isArray(value) ? value.length : -1);
const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

let lastId = 0;
const event = (type: string, data: object): object => {
  lastId++;
  return { id: `e${lastId}`, type, tenantId: TENANT, timestamp: "2026-11-22T10:00:00.000Z", data };
};

/** What every binding promises, whatever its framework; in a page of its own process or in a browser. */
export function bindingContract(
  name: string,
  openPage: () => Promise<OpenedPage>,
  { measuresHeap = false }: { readonly measuresHeap?: boolean } = {},
): void {
  describe(`${name} as a binding`, () => {
    let stage: Stage;
    let page: OpenedPage;

    before(async () => {
      [stage, page] = await Promise.all([openStage(), openPage()]);
    });
    beforeEach(async () => {
      stage.gate.restore();
      await page.driver.open(stage.url, await stage.hub.token(ANA));
    });
    afterEach(async () => {
      await page.driver.close();
      await stage.untilDeserted();
      assert.deepEqual(page.complaints(), []);
    });
    after(async () => {
      await page?.close();
      await stage?.close();
    });

    const mount = async (use: Use, ...args: Plain[]): Promise<Mounted> => {
      const { driver } = page;
      const id = await driver.mount(use, args);
      return {
        shown: async () => (await driver.read(id)).shown,
        async until(holds, what) {
          const end = performance.now() + PATIENCE_MS;
          for (;;) {
            const { version, shown } = await driver.read(id);
            if (version > 0 && holds(shown)) return shown;
            const left = end - performance.now();
            if (left <= 0 || !(await within(left, driver.rendered(id, version)))) {
              throw new Error(`${what} did not come; the component shows ${JSON.stringify(shown)}`);
            }
          }
        },
        call: (method, ...rest) => driver.call(id, method, rest),
        update: (...next) => driver.update(id, next),
        unmount: () => driver.unmount(id),
      };
    };
    const deploy = (progress: number, deploymentId = "d1"): Promise<void> =>
      stage.publish(DEPLOYMENTS, event("deployment_progress", { deploymentId, progress }));

    describe("connection and channels", () => {
      it("opens nothing for a component that only looks at the connection", async () => {
        const before = stage.gate.opened;
        const connection = await mount("useConnection");
        const { status, attempts, isConnected } = await connection.until(({ status }) => status !== null, "a state");
        assert.deepEqual({ status, attempts, isConnected }, { status: "idle", attempts: 0, isConnected: false });
        assert.equal(stage.gate.opened, before);
      });

      it("shows the newest publication of a channel, and that it is live", async () => {
        const channel = await mount("useChannel", DEPLOYMENTS);
        const connection = await mount("useConnection");
        await channel.until(live, "live");
        await connection.until(connected, "the connection");
        await deploy(40);
        const { last } = await channel.until((shown) => shown.last !== null && shown.last !== undefined, "an event");
        const { event, isRecovered } = last as { event: { data: object }; isRecovered: boolean };
        assert.deepEqual([event.data, isRecovered], [{ deploymentId: "d1", progress: 40 }, false]);
      });

      it("shares one connection and one subscription among all components", async () => {
        const before = stage.gate.opened;
        const mounted = await Promise.all([
          ...upTo(5).map(() => mount("useChannel", DEPLOYMENTS)),
          ...upTo(5).map(() => mount("heard", DEPLOYMENTS)),
        ]);
        await Promise.all(mounted.slice(0, 5).map((each) => each.until(live, "live")));
        await stage.untilSubscribers(DEPLOYMENTS, 1);
        await deploy(1);
        await Promise.all(mounted.slice(5).map((each) => each.until(({ heard }) => count(heard) === 1, "the event")));
        assert.equal(stage.gate.opened - before, 1);
      });

      it("keeps the subscription while one component takes over from another, and ends it with the last", async () => {
        const first = await mount("useChannel", DEPLOYMENTS);
        await first.until(live, "live");
        await first.unmount();
        const second = await mount("useChannel", DEPLOYMENTS);
        const { recovery } = await second.until(live, "live");
        assert.ok(recovery === null || recovery === undefined, "nothing had to be recovered");
        await second.unmount();
        await stage.untilSubscribers(DEPLOYMENTS, 0);
      });

      it("moves to another channel when its argument changes, and nowhere without one", async () => {
        const channel = await mount("useChannel", null);
        await channel.until(({ status }) => status === "idle", "rest");
        await channel.update(DEPLOYMENTS);
        await channel.until(live, "live");
        await stage.untilSubscribers(DEPLOYMENTS, 1);
        await channel.update(BILLING);
        await stage.untilSubscribers(DEPLOYMENTS, 0);
        await stage.untilSubscribers(BILLING, 1);
        await channel.update(null);
        await channel.until(({ status }) => status === "idle", "rest");
        await stage.untilSubscribers(BILLING, 0);
      });

      it("says why a channel is refused", async () => {
        const channel = await mount("useChannel", "tenant:globex:deployments");
        const { reason } = await channel.until(({ status }) => status === "failed", "the refusal");
        assert.match((reason as { message: string }).message, /permission denied/);
      });

      it("shows who is there, and who comes and goes", async () => {
        const name = `tenant:${TENANT}:presence`;
        const presence = await mount("usePresence", name);
        await presence.until(({ users }) => JSON.stringify(users) === '["ana"]', "oneself");
        const ben = createClient({ url: stage.url, token: await stage.hub.token({ user: "ben", tenant: TENANT }) });
        const stop = ben.channel(name).onEvent(() => {});
        await presence.until(({ users }) => JSON.stringify(users) === '["ana","ben"]', "the other one");
        stop();
        ben.close();
        await presence.until(({ users }) => JSON.stringify(users) === '["ana"]', "the other one's end");
      });
    });

    describe("useEvents", () => {
      it("calls back with each event in order, until it is told to stop", async () => {
        const listener = await mount("heard", DEPLOYMENTS);
        await stage.untilSubscribers(DEPLOYMENTS, 1);
        for (const progress of upTo(5)) await deploy(progress);
        const { heard } = await listener.until((shown) => count(shown.heard) === 5, "five events");
        assert.deepEqual(heard, upTo(5));
        await listener.call("stop");
        await stage.untilSubscribers(DEPLOYMENTS, 0);
        await listener.call("stop");
      });

      it("ends with its component, also when nobody unsubscribed", async () => {
        const listener = await mount("heard", DEPLOYMENTS);
        await stage.untilSubscribers(DEPLOYMENTS, 1);
        await listener.unmount();
        await stage.untilSubscribers(DEPLOYMENTS, 0);
      });

      it("loses nothing over a connection that is cut again and again", async () => {
        const listener = await mount("heard", DEPLOYMENTS);
        const channel = await mount("useChannel", DEPLOYMENTS);
        await channel.until(live, "live");
        let sent = 0;
        for (const round of upTo(3)) {
          stage.gate.cut();
          await channel.until(({ status }) => status === "recovering", "the cut");
          for (let left = 10; left > 0; left--) {
            sent++;
            await deploy(sent);
          }
          stage.gate.restore();
          const { recovery } = await channel.until(
            (shown) => live(shown) && (shown.recovery as { count: number } | null)?.count === round,
            "the recovery",
          );
          assert.deepEqual(recovery, { count: round, outcome: "complete", recovered: 10 });
        }
        const { heard } = await listener.until((shown) => count(shown.heard) >= sent, "all events");
        assert.deepEqual(heard, upTo(sent));
      });

      it("lets what a callback throws reach the error boundary, which can begin anew", async () => {
        const throwing = await mount("throwing", DEPLOYMENTS);
        await throwing.until(({ content }) => content === true, "the content");
        await stage.untilSubscribers(DEPLOYMENTS, 1);
        await deploy(1);
        const { fallback } = await throwing.until((shown) => typeof shown.fallback === "string", "the fallback");
        assert.equal(fallback, "cannot take 1");
        await throwing.call("reset");
        await throwing.until(({ content }) => content === true, "the content again");
      });
    });

    describe("stores of the documents", () => {
      it("keeps the state of each deployment in the documented shape", async () => {
        const deployments = await mount("useDeploymentEvents", TENANT);
        const { status: _, ...shape } = await deployments.until(connected, "the connection");
        assert.deepEqual(Object.keys(shape).sort(), [
          "connect",
          "disconnect",
          "error",
          "events",
          "getAllEvents",
          "getEvent",
          "isConnected",
        ]);
        assert.equal(shape.error, null);
        const entry = `d${++lastId}`;
        await stage.publish(DEPLOYMENTS, event("deployment_start", { deploymentId: entry, instanceType: "odoo" }));
        await deploy(70, entry);
        await deployments.until(({ events }) => /"progress":70/.test(JSON.stringify(events)), "the progress");
        const { events } = await deployments.shown();
        const state = new Map(events as [string, { data: object }][]).get(entry);
        assert.deepEqual(state?.data, { deploymentId: entry, instanceType: "odoo", progress: 70 });
      });

      it("disconnects and connects by hand, and keeps what came", async () => {
        const metrics = await mount("useMetricsEvents", TENANT);
        const name = `tenant:${TENANT}:metrics`;
        await metrics.until(connected, "the connection");
        await stage.publish(name, event("metrics_update", { cpu: 1, memory: 2, storage: 3 }));
        await metrics.until(({ events }) => count(events) === 1, "the reading");
        await metrics.call("disconnect");
        await stage.untilSubscribers(name, 0);
        const { events } = await metrics.until(({ isConnected }) => isConnected === false, "the end");
        assert.equal(count(events), 1);
        await metrics.call("connect");
        await metrics.until(connected, "the connection again");
      });

      it("says in words why it is not connected, and follows the tenant", async () => {
        const presence = await mount("usePresenceEvents", "globex");
        const { error } = await presence.until((shown) => shown.error !== null, "the error");
        assert.match(String(error), /permission denied/);
        await presence.update(TENANT);
        await presence.until((shown) => connected(shown) && shown.error === null, "the connection");
      });

      it("means the tenant of the application when it is given none, and nobody when it is given null", async () => {
        const billing = await mount("useBillingEvents");
        await billing.until(connected, "the connection");
        await stage.untilSubscribers(BILLING, 1);
        await billing.update(null);
        await billing.until(({ isConnected }) => isConnected === false, "the end");
        await stage.untilSubscribers(BILLING, 0);
      });

      it("puts the newest notification first, and marks and removes", async () => {
        const list = await mount("useNotifications", TENANT);
        await list.until(connected, "the connection");
        await stage.publish(NOTIFICATIONS, event("notification", { title: "Invoice", message: "Paid" }));
        await stage.publish(NOTIFICATIONS, { type: "warning", title: "Disk", message: "Almost full" });
        const { notifications, unread } = await list.until(({ unread }) => unread === 2, "both");
        const [disk, invoice] = notifications as { id: string; title: string; read: boolean }[];
        assert.deepEqual([disk?.title, invoice?.title, unread], ["Disk", "Invoice", 2]);
        await list.call("markAsRead", disk?.id ?? "");
        await list.until((shown) => shown.unread === 1, "that one is read");
        await list.call("markAllAsRead");
        await list.until((shown) => shown.unread === 0, "that all are read");
        await list.call("remove", disk?.id ?? "");
        const { notifications: left } = await list.until((shown) => count(shown.notifications) === 1, "the removal");
        assert.equal((left as { id: string }[])[0]?.id, invoice?.id);
      });

      it("shows a toast for each notification", async () => {
        const toasts = await mount("toasts", TENANT);
        await stage.untilSubscribers(NOTIFICATIONS, 1);
        await stage.publish(NOTIFICATIONS, { type: "success", title: "Deployment", message: "Done" });
        const shown = await toasts.until((each) => count(each.toasts) === 1, "the toast");
        assert.deepEqual(shown.toasts, [["success", "Deployment", "Done"]]);
      });

      it("warns until the invoice is paid", async () => {
        const alerts = await mount("useBillingAlerts", TENANT);
        await alerts.until(connected, "the connection");
        await stage.publish(BILLING, event("usage_limit_warning", { resource: "storage", usage: 85 }));
        await stage.publish(BILLING, event("invoice_overdue", { invoiceId: "i1" }));
        await alerts.until((shown) => count(shown.alerts) === 2, "both alerts");
        await stage.publish(BILLING, event("payment_received", { invoiceId: "i1", amount: 10 }));
        const shown = await alerts.until((each) => count(each.alerts) === 1, "the payment");
        const [{ id = "" } = {}] = shown.alerts as { id?: string }[];
        assert.equal(id, "storage");
        await alerts.call("remove", id);
        await alerts.until((each) => count(each.alerts) === 0, "the removal");
      });
    });

    const churn = async (): Promise<void> => {
      await page.driver.churn(500, "useChannel", [DEPLOYMENTS]);
      await page.driver.churn(250, "heard", [DEPLOYMENTS]);
      await page.driver.churn(250, "useDeploymentEvents", [TENANT]);
      await stage.untilDeserted();
    };

    it("leaves no subscription behind after a thousand mounts and unmounts", async () => {
      await churn();
      const last = await mount("useChannel", DEPLOYMENTS);
      await last.until(live, "live");
      await stage.untilSubscribers(DEPLOYMENTS, 1);
    });

    if (measuresHeap) {
      it("holds on to nothing of a thousand components that are gone", async () => {
        const held = async (): Promise<number> => (await page.heapBytes?.()) ?? Number.NaN;
        /** Timers and requests that are still under way hold on to something for a moment. */
        const settled = async (last: number): Promise<number> => {
          const next = await held();
          return next < last - 10_000 ? settled(next) : next;
        };
        await churn();
        const before = await settled(Number.POSITIVE_INFINITY);
        await churn();
        const end = performance.now() + PATIENCE_MS;
        let more = (await held()) - before;
        while (more >= HEAP_NOISE && performance.now() < end) more = (await held()) - before;
        assert.ok(more < HEAP_NOISE, `${more} bytes more after a thousand components`);
      });
    }
  });
}

/** Whether it came in time. */
async function within(ms: number, event: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const inTime = await Promise.race([event.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
