import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { catalogue } from "./ready-made.ts";

const at = "2025-12-06T10:30:00Z";

describe("the ready-made catalogue", () => {
  it("has an example of every event, and each fits", () => {
    for (const { type, example } of catalogue.known) {
      const result = catalogue.tryParse({ type, tenantId: "12345", data: example });
      assert.deepEqual(result.ok ? [] : result.issues, [], type);
    }
  });

  it("names a channel and a sentence for every event", () => {
    for (const { type, channels = [], summary = "", family } of catalogue.known) {
      assert.ok(channels.length > 0 && summary.endsWith(".") && family, type);
    }
  });

  it("reads what the guide publishes, as it stands there", () => {
    const samples: readonly (readonly [string, string, object])[] = [
      [
        "tenant:12345:deployments",
        "deployment_update",
        { type: "deployment_update", status: "completed", message: "Ok" },
      ],
      ["tenant:12345:deployments", "deployment_start", { type: "deployment_started", instanceId: "odoo-tenant-12345" }],
      [
        "tenant:12345:deployments",
        "deployment_progress",
        { type: "deployment_progress", instanceId: "i", progress: 45 },
      ],
      [
        "tenant:12345:deployments",
        "deployment_completed",
        { type: "deployment_completed", url: "https://example.com" },
      ],
      ["tenant:12345:user_login", "user_login", { userId: "user_789", timestamp: at, ip: "192.168.1.100" }],
      ["tenant:12345:notifications", "invoice_paid", { type: "invoice_paid", message: "¡Factura pagada con éxito!" }],
      ["tenant:12345:metrics", "metrics_update", { cpu: 45.2, memory: 67.8, storage: 23.1, timestamp: at }],
      [
        "tenant:12345:billing",
        "invoice_created",
        { type: "invoice_created", invoiceId: "I", amount: 1, dueDate: "2025-12-20" },
      ],
      [
        "tenant:12345:billing",
        "payment_received",
        { type: "payment_received", invoiceId: "I", amount: 1, status: "paid" },
      ],
      [
        "tenant:12345:monitoring",
        "alert",
        { type: "alert", severity: "critical", resource: "disk", value: 95.2, threshold: 90, message: "!" },
      ],
      ["tenant:12345:collaboration", "user_joined", { type: "user_joined", userId: "u", field: "f", timestamp: at }],
      [
        "tenant:12345:collaboration",
        "field_changed",
        { type: "field_changed", userId: "u", field: "f", oldValue: "a", newValue: "b", timestamp: at },
      ],
    ];
    for (const [channel, type, published] of samples) {
      const event = catalogue.parse(published, { channel });
      assert.equal(event.type, type);
      assert.equal(event.tenantId, "12345");
      assert.ok(event.id !== "" && event.timestamp !== "");
    }
  });

  it("keeps both ways to read a field: beside the data and in it", () => {
    const event = catalogue.parse({ type: "deployment_progress", progress: 45 }, { channel: "tenant:1:deployments" });
    assert.deepEqual([event.type === "deployment_progress" && event.progress, event.data], [45, { progress: 45 }]);
    const metrics = catalogue.parse({ cpu: 1, memory: 2, storage: 3 }, { channel: "tenant:1:metrics" });
    assert.deepEqual(metrics.data, { cpu: 1, memory: 2, storage: 3 });
  });

  it("takes the good event of the guide, and names the field of the bad one", () => {
    const good = {
      type: "deployment_update",
      tenantId: "12345",
      instanceId: "odoo-12345",
      status: "completed",
      timestamp: at,
      data: { url: "https://odoo-12345.neo-stack.com", version: "17.0" },
    };
    const { id, ...event } = catalogue.parse(good, { channel: "tenant:12345:deployments" });
    assert.deepEqual(event, { ...good, ...good.data });
    const bad = catalogue.tryParse({ msg: "acabó", time: "hoy" }, { channel: "tenant:12345:deployments" });
    assert.ok(!bad.ok);
    assert.match(bad.issues[0]?.message ?? "", /^missing; expected one of deployment_start, deployment_progress/);
    assert.equal(bad.issues[0]?.path, "type");
  });

  it("reads the sales of the third document, whose events name no tenant and call the time otherwise", () => {
    const sale = {
      id: "s-1",
      type: "SALE_CREATED",
      occurredAt: at,
      source: "VentasService.create",
      data: { saleId: 1, status: "pending", total: 100, reason: "created" },
    };
    const event = catalogue.parse(sale, { channel: "admin:sales" });
    assert.deepEqual(event, { ...sale, tenantId: "default", timestamp: at });
  });

  it("reads events of many tenants in an operators' channel by the tenant that each names", () => {
    const event = catalogue.parse({ tenantId: "7", userId: "u" }, { channel: "tenant:*:user_login" });
    assert.equal(event.tenantId, "7");
  });
});
