import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { catalogue, defineEvents, type EventEnvelope } from "@altavoz/events";
import * as z from "zod";
import { startTestHub, type TestHub } from "../../../server/src/testing.ts";
import {
  AuthPublisher,
  BasePublisher,
  BillingPublisher,
  CollaborationPublisher,
  createServerApi,
  DeploymentPublisher,
  MetricsPublisher,
  MonitoringPublisher,
  NotificationPublisher,
  PresencePublisher,
  type Published,
  Publisher,
  RefusedError,
  type ServerApi,
} from "../index.ts";

const shop = defineEvents({
  "order.paid": { data: z.object({ orderId: z.string(), total: z.number() }), channels: ["tenant:{tenantId}:orders"] },
});

class OrderPublisher extends BasePublisher<typeof shop.definitions> {
  constructor(api: ServerApi) {
    super({ api, catalogue: shop });
  }

  publishPaid(tenantId: string, orderId: string, total: number) {
    return this.publishNew("order.paid", { tenantId, data: { orderId, total } });
  }
}

let hub: TestHub;
let api: ServerApi;
before(async () => {
  hub = await startTestHub({
    config: { http_api: { key: "key" }, tenants: [{ id: "acme", api_keys: ["key-of-acme"] }] },
  });
  api = createServerApi({ url: hub.url, key: "key" });
});
after(() => hub.stop());

async function eventsIn(channel: string, tenant: string): Promise<EventEnvelope[]> {
  const { publications } = await api.call("history", { channel, tenant, limit: -1 });
  return publications.map(({ data }) => data as EventEnvelope);
}

/** What a call publishes and tells: the event that it resolves with, that listeners hear of and that the hub keeps. */
async function publishedBy<P extends BasePublisher>(publisher: P, publish: (publisher: P) => Promise<EventEnvelope>) {
  const told: Published[] = [];
  publisher.on("published", (published) => told.push(published));
  const event = await publish(publisher);
  assert.deepEqual(
    told.map((published) => published.event),
    [event],
  );
  const [{ channel } = assert.fail("nobody was told")] = told;
  const kept = await eventsIn(channel, event.tenantId);
  assert.deepEqual(kept.at(-1), event);
  assert.deepEqual(catalogue.parse(event, { channel }), event, "subscribers read it as it is");
  return { channel, type: event.type, status: event.status, data: event.data };
}

describe("the publishers of the documents", () => {
  it("publish deployments from the start to the end", async () => {
    const publisher = new DeploymentPublisher({ api });
    const channel = "tenant:t1:deployments";
    assert.deepEqual(await publishedBy(publisher, (p) => p.publishStart("t1", "d", "odoo")), {
      channel,
      type: "deployment_start",
      status: "starting",
      data: { deploymentId: "d", instanceType: "odoo", progress: 0 },
    });
    publisher.removeAllListeners();
    assert.deepEqual(await publishedBy(publisher, (p) => p.publishProgress("t1", "d", { progress: 45 })), {
      channel,
      type: "deployment_progress",
      status: "running",
      data: { deploymentId: "d", progress: 45 },
    });
    publisher.removeAllListeners();
    const url = "https://odoo.example.com";
    assert.deepEqual(await publishedBy(publisher, (p) => p.publishCompleted("t1", "d", { url })), {
      channel,
      type: "deployment_completed",
      status: "completed",
      data: { deploymentId: "d", progress: 100, url },
    });
    publisher.removeAllListeners();
    assert.deepEqual(await publishedBy(publisher, (p) => p.publishFailed("t1", "d", { error: "no image" })), {
      channel,
      type: "deployment_failed",
      status: "failed",
      data: { deploymentId: "d", error: "no image" },
    });
  });

  it("publish invoices, payments and limits", async () => {
    const invoice = { invoiceId: "I-1", amount: 5 };
    const billing = (publish: (publisher: BillingPublisher) => Promise<EventEnvelope>) =>
      publishedBy(new BillingPublisher({ api }), publish);
    const outcomes = [
      await billing((p) => p.publishInvoiceCreated("t1", { ...invoice, dueDate: "2026-01-31" })),
      await billing((p) => p.publishPaymentReceived("t1", invoice)),
      await billing((p) => p.publishUsageLimitWarning("t1", { resource: "storage", usage: 85 })),
      await billing((p) => p.publishInvoiceOverdue("t1", { ...invoice, daysOverdue: 3 })),
    ];
    assert.deepEqual(
      outcomes.map(({ channel, type, status }) => [channel, type, status]),
      [
        ["tenant:t1:billing", "invoice_created", undefined],
        ["tenant:t1:billing", "payment_received", "paid"],
        ["tenant:t1:billing", "usage_limit_warning", undefined],
        ["tenant:t1:billing", "invoice_overdue", undefined],
      ],
    );
  });

  it("publish metrics, alerts and logins", async () => {
    const reading = { cpu: 1, memory: 2, storage: 3 };
    assert.deepEqual(await publishedBy(new MetricsPublisher({ api }), (p) => p.publishUpdate("t1", reading)), {
      channel: "tenant:t1:metrics",
      type: "metrics_update",
      status: undefined,
      data: reading,
    });
    const alert = { severity: "critical", resource: "disk", value: 95, threshold: 90 } as const;
    const alerted = await publishedBy(new MonitoringPublisher({ api }), (p) => p.publishAlert("t1", alert));
    assert.deepEqual([alerted.channel, alerted.data], ["tenant:t1:monitoring", alert]);
    const login = { userId: "ana", ip: "::1" };
    const logged = await publishedBy(new AuthPublisher({ api }), (p) => p.publishLogin("t1", login));
    assert.deepEqual([logged.channel, logged.type, logged.data], ["tenant:t1:user_login", "user_login", login]);
  });

  it("publish who is there and who edits what", async () => {
    const userId = "ana";
    const presence = (publish: (publisher: PresencePublisher) => Promise<EventEnvelope>) =>
      publishedBy(new PresencePublisher({ api }), publish);
    const states = [
      await presence((p) => p.publishOnline("t1", { userId })),
      await presence((p) => p.publishStatus("t1", "away", { userId })),
      await presence((p) => p.publishOffline("t1", { userId })),
    ];
    assert.deepEqual(
      states.map(({ status }) => status),
      ["online", "away", "offline"],
    );
    const collaboration = (publish: (publisher: CollaborationPublisher) => Promise<EventEnvelope>) =>
      publishedBy(new CollaborationPublisher({ api }), publish);
    const changes = [
      await collaboration((p) => p.publishUserJoined("t1", { userId, field: "f" })),
      await collaboration((p) => p.publishFieldChanged("t1", { userId, field: "f", oldValue: 1, newValue: 2 })),
      await collaboration((p) => p.publishUserLeft("t1", { userId })),
    ];
    assert.deepEqual(
      changes.map(({ type }) => type),
      ["user_joined", "field_changed", "user_left"],
    );
  });

  it("notify all of a tenant, or one user of one tenant though another has a user of that id", async () => {
    const publisher = new NotificationPublisher({ api });
    const paid = { type: "invoice_paid", title: "Invoice", message: "Paid" };
    const toAll = await publishedBy(publisher, (p) => p.publishToTenant("t1", paid));
    assert.deepEqual([toAll.channel, toAll.type], ["tenant:t1:notifications", "invoice_paid"]);
    publisher.removeAllListeners();
    const toOne = await publishedBy(publisher, (p) => p.publishToUser("t1", "456", { message: "Hello" }));
    assert.deepEqual([toOne.channel, toOne.type], ["user:456:notifications", "notification"]);
    assert.deepEqual(await eventsIn("user:456:notifications", "t2"), []);
  });

  it("refuse ids that would reach into another channel", async () => {
    const publisher = new NotificationPublisher({ api });
    await assert.rejects(publisher.publishToUser("t1", "456:x", { message: "Hello" }), /needs userId/);
    await assert.rejects(new AuthPublisher({ api }).publishLogin("t1:x", { userId: "ana" }), /needs tenantId/);
    await assert.rejects(new AuthPublisher({ api }).publishLogin("", { userId: "ana" }));
  });
});

describe("publishing", () => {
  it("sends what is published at the same time together, each event as one publication", async () => {
    const urls: string[] = [];
    const own = createServerApi({
      url: hub.url,
      key: "key",
      fetch: (url, request) => {
        urls.push(url);
        return fetch(url, request);
      },
    });
    const publisher = new DeploymentPublisher({ api: own });
    const steps = Array.from({ length: 30 }, (_, progress) => progress);
    await Promise.all(steps.map((progress) => publisher.publishProgress("together", "d", { progress })));
    const events = await eventsIn("tenant:together:deployments", "together");
    assert.deepEqual(
      events.map(({ data }) => (data as { progress: number }).progress),
      steps,
    );
    assert.equal(urls.length, 1);
  });

  it("never takes an array for an event", async () => {
    const channel: string = "tenant:arrays:deployments";
    const events: object = [{ type: "deployment_start" }, { type: "deployment_progress", progress: 1 }];
    await assert.rejects(new Publisher({ api }).publish(channel, events as Record<string, unknown>), {
      name: "InvalidEventError",
      message: /expected an event: an object/,
    });
    assert.deepEqual(await eventsIn(channel, "arrays"), []);
  });

  it("names the field that does not fit, and asks the hub nothing", async () => {
    const unasked = createServerApi({ url: hub.url, key: "key", fetch: () => assert.fail("asked") });
    const told: Published[] = [];
    const publisher = new Publisher({ api: unasked }).on("published", (published) => told.push(published));
    const channel: string = "tenant:t1:billing";
    await assert.rejects(
      publisher.publish(channel, { type: "invoice_created", data: { invoiceId: "I", amount: "5" } }),
      {
        name: "InvalidEventError",
        message: /data\.amount/,
      },
    );
    await assert.rejects(
      publisher.publish(channel, { type: "user_joined", data: { userId: "u" } }),
      /does not belong in/,
    );
    await assert.rejects(
      publisher.publish(channel, { type: "invoice_created", tenantId: "t2", invoiceId: "I", amount: 5 }),
      /tenantId: expected "t1"/,
    );
    assert.deepEqual(told, []);
  });

  it("tells nobody of an event that the hub refuses", async () => {
    const told: Published[] = [];
    const publisher = new DeploymentPublisher({ url: hub.url, key: "key-of-acme" });
    publisher.on("published", (published) => told.push(published));
    await assert.rejects(publisher.publishStart("globex", "d", "odoo"), (error) => error instanceof RefusedError);
    assert.deepEqual(told, []);
    assert.equal((await publisher.publishStart("acme", "d", "odoo")).tenantId, "acme");
    assert.equal(told.length, 1);
  });

  it("delivers an event once though a caller publishes it twice", async () => {
    const publisher = new Publisher({ api });
    const event = { id: "event-1", type: "invoice_created", invoiceId: "I", amount: 5 } as const;
    await publisher.publish("tenant:twice:billing", event);
    await publisher.publish("tenant:twice:billing", event);
    assert.equal((await eventsIn("tenant:twice:billing", "twice")).length, 1);
  });

  it("speaks for the tenant of the options where a channel names none", async () => {
    const publisher = new Publisher({ url: hub.url, key: "key", tenant: "acme" });
    const event = await publisher.publish("user:ana:notifications", { message: "Hello" });
    assert.equal(event.tenantId, "acme");
    assert.equal((await eventsIn("user:ana:notifications", "acme")).length, 1);
    await assert.rejects(
      new Publisher({ api }).publish("user:ana:notifications", { message: "Hello" }),
      /tenantId: missing/,
    );
  });

  it("publishes what the platform says, with a key of the platform", async () => {
    const publisher = new Publisher({ api });
    const alert = { type: "alert", severity: "warning", resource: "cpu", value: 90, threshold: 80 } as const;
    await publisher.publish("admin:alerts", alert);
    await publisher.publish("system:health", { type: "health_update", status: "healthy", component: "redis" });
    const sale = { type: "SALE_CREATED", data: { saleId: 1, status: "paid" } } as const;
    assert.equal((await publisher.publish("admin:sales", sale)).tenantId, "default");
    for (const channel of ["admin:alerts", "system:health", "admin:sales"]) {
      assert.equal((await eventsIn(channel, "default")).length, 1, channel);
    }
    const ofTenant = new Publisher({ url: hub.url, key: "key-of-acme", tenant: "acme" });
    await assert.rejects(ofTenant.publish("admin:alerts", alert), (error) => {
      return error instanceof RefusedError && error.reason === "permissionDenied";
    });
  });

  it("takes a catalogue of the application's own, in a class of its own or in none", async () => {
    const event = await new OrderPublisher(api).publishPaid("t1", "O-1", 5);
    assert.deepEqual([event.type, event.data], ["order.paid", { orderId: "O-1", total: 5 }]);
    const data = { orderId: "O-2", total: 7 };
    await new Publisher({ api, catalogue: shop }).publish("tenant:t1:orders", { type: "order.paid", data });
    const events = await eventsIn("tenant:t1:orders", "t1");
    assert.deepEqual(
      events.map((each) => each.data),
      [{ orderId: "O-1", total: 5 }, data],
    );
  });
});
