import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ANA, openStage, type Stage, TENANT } from "../bindings/stage.fixture.ts";
import { type Client, createClient } from "../client.ts";
import { until } from "../until.fixture.ts";
import { createBillingAlerts } from "./billing-alerts.ts";
import { billingTexts } from "./billing-texts.ts";
import { createNotifications, type NotificationsOptions } from "./notifications.ts";
import { createDeploymentEvents, createMetricsEvents, createResourceEvents } from "./resource-events.ts";

let stage: Stage;
let client: Client;
before(async () => {
  stage = await openStage();
  client = createClient({ url: stage.url, getToken: () => stage.hub.token(ANA) });
});
after(async () => {
  client.close();
  await stage.close();
});

const deployments = `tenant:${TENANT}:deployments`;
const billing = `tenant:${TENANT}:billing`;
let nextId = 0;
const event = (type: string, data: object): object => {
  nextId += 1;
  return { id: `e${nextId}`, type, tenantId: TENANT, timestamp: "2026-11-22T10:00:00.000Z", data };
};

describe("resource events", () => {
  it("keeps one entry for each deployment, to which progress adds", async () => {
    const store = createDeploymentEvents(client, TENANT);
    assert.deepEqual([store.get().isConnected, store.get().error, store.get().events.size], [false, null, 0]);
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    await stage.publish(deployments, event("deployment_start", { deploymentId: "d1", instanceType: "odoo" }));
    await stage.publish(deployments, event("deployment_progress", { deploymentId: "d1", progress: 40 }));
    await stage.publish(deployments, event("deployment_start", { deploymentId: "d2" }));
    const { events } = await until(store, (state) => state.events.size === 2);
    assert.deepEqual(events.get("d1")?.data, { deploymentId: "d1", instanceType: "odoo", progress: 40 });
    assert.equal(store.getEvent("d1")?.type, "deployment_progress");
    assert.equal(store.getAllEvents().length, 2);
    stop();
  });

  it("understands events that are written as in the guide, without an id and without data", async () => {
    const store = createDeploymentEvents(client, TENANT);
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    await stage.publish(deployments, { type: "deployment_update", instanceId: "odoo-1", progress: 5 });
    await stage.publish(deployments, { type: "deployment_update", instanceId: "odoo-1", status: "completed" });
    const { events } = await until(store, (state) => state.events.get("odoo-1")?.status === "completed");
    assert.equal(events.get("odoo-1")?.progress, 5);
    stop();
  });

  it("begins with what the hub remembers, for everybody who comes later", async () => {
    await stage.publish(deployments, event("deployment_start", { deploymentId: "early" }));
    const [one, other] = [createDeploymentEvents(client, TENANT), createDeploymentEvents(client, TENANT)];
    const stopOne = one.subscribe(() => {});
    await until(one, ({ events }) => events.has("early"));
    const stopOther = other.subscribe(() => {});
    await until(other, ({ events }) => events.has("early"));
    stopOne();
    stopOther();
  });

  it("returns the same state until something changes", async () => {
    const store = createMetricsEvents(client, TENANT);
    const first = store.get();
    assert.equal(store.get(), first);
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    const live = store.get();
    assert.equal(store.get(), live);
    stop();
  });

  it("listens without a listener from connect to disconnect, and keeps what came", async () => {
    const store = createMetricsEvents(client, TENANT);
    store.connect();
    await stage.publish(`tenant:${TENANT}:metrics`, event("metrics_update", { cpu: 1, memory: 2, storage: 3 }));
    await until(store, ({ events }) => events.has(TENANT));
    store.disconnect();
    assert.equal(store.get().isConnected, false);
    assert.deepEqual(store.getEvent(TENANT)?.data, { cpu: 1, memory: 2, storage: 3 });
  });

  it("forgets the quietest thing beyond its limit", async () => {
    const store = createResourceEvents(client, { channel: billing, limit: 2, history: 0 });
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      await stage.publish(billing, event("invoice_created", { invoiceId: `i${n}`, amount: 1 }));
      ids.push(`e${nextId}`);
    }
    const { events } = await until(store, (state) => state.events.has(ids[2] ?? ""));
    assert.deepEqual([...events.keys()], ids.slice(1));
    stop();
  });

  it("says in words why it is not connected", async () => {
    const store = createDeploymentEvents(client, "somebody-else");
    const stop = store.subscribe(() => {});
    const { error, isConnected } = await until(store, (state) => state.error !== null);
    assert.match(error ?? "", /permission denied/);
    assert.equal(isConnected, false);
    stop();
  });
});

describe("notifications", () => {
  const channel = `tenant:${TENANT}:notifications`;

  it("puts the newest first, shows each as a toast, and marks and removes", async () => {
    const toasts: string[] = [];
    const toast: NotificationsOptions["toast"] = (...words) => toasts.push(words.join("/"));
    const store = createNotifications(client, { channel, toast });
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    await stage.publish(channel, event("notification", { title: "Invoice", message: "Paid" }));
    await stage.publish(channel, { type: "warning", title: "Flat", message: "as in the guide" });
    const { notifications, unread } = await until(store, (state) => state.notifications.length === 2);
    assert.deepEqual(toasts, ["notification/Invoice/Paid", "warning/Flat/as in the guide"]);
    assert.deepEqual([notifications[0]?.title, notifications[0]?.read, unread], ["Flat", false, 2]);
    const [flat, invoice] = notifications.map(({ id }) => id);
    store.markAsRead(flat ?? "");
    assert.equal(store.get().unread, 1);
    store.markAllAsRead();
    assert.equal(store.get().unread, 0);
    store.remove(invoice ?? "");
    assert.deepEqual(
      store.get().notifications.map(({ id }) => id),
      [flat],
    );
    stop();
  });

  it("outlives a toast that throws", async (test) => {
    const reported =
      "reportError" in globalThis
        ? test.mock.method(globalThis, "reportError", () => {})
        : test.mock.method(console, "error", () => {});
    const store = createNotifications(client, {
      channel,
      toast: () => {
        throw new Error("the toast is burnt");
      },
    });
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    await stage.publish(channel, event("notification", { message: "Hello" }));
    await until(store, (state) => state.notifications.length === 1);
    assert.equal(reported.mock.callCount(), 1);
    stop();
  });
});

describe("billing alerts", () => {
  it("warns in the language of the reader until the invoice is paid", async () => {
    const store = createBillingAlerts(client, { tenantId: TENANT, texts: billingTexts["pt-BR"], history: 0 });
    const stop = store.subscribe(() => {});
    await until(store, ({ isConnected }) => isConnected);
    await stage.publish(billing, event("usage_limit_warning", { resource: "storage", usage: 85 }));
    await stage.publish(billing, event("invoice_overdue", { invoiceId: "INV/1" }));
    const { alerts } = await until(store, (state) => state.alerts.length === 2);
    assert.deepEqual(alerts[0], {
      id: "storage",
      severity: "warning",
      title: "Limite de uso",
      message: "Você usou 85% do seu limite de storage",
      action: { label: "Ver faturamento", to: "/billing" },
    });
    assert.equal(alerts[1]?.action.to, "/billing/invoices/INV%2F1");
    await stage.publish(billing, event("payment_received", { invoiceId: "INV/1", amount: 10 }));
    await until(store, (state) => state.alerts.length === 1);
    store.remove("storage");
    assert.deepEqual(store.get().alerts, []);
    stop();
  });
});
