/**
 * The unit test that the implementation notes give for publishers, and what the guide publishes, as they stand there:
 * only the imports and the surroundings are ours.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { startTestHub, type TestHub } from "../../../server/src/testing.ts";
import {
  AuthPublisher,
  BillingPublisher,
  CollaborationPublisher,
  DeploymentPublisher,
  DeployPublisher,
  MonitoringPublisher,
} from "../index.ts";
import { listen } from "../listener.fixture.ts";

const expect = (found: unknown) => ({ toBe: (wanted: unknown) => assert.equal(found, wanted) });

let hub: TestHub;
const environment = { CENTRIFUGO_URL: process.env.CENTRIFUGO_URL, CENTRIFUGO_TOKEN: process.env.CENTRIFUGO_TOKEN };
before(async () => {
  hub = await startTestHub({ config: { http_api: { key: "key" } } });
  Object.assign(process.env, { CENTRIFUGO_URL: hub.url, CENTRIFUGO_TOKEN: "key" });
});
after(async () => {
  await hub.stop();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const subscribe = async (channel: string) =>
  listen({ url: hub.url, channel, token: await hub.token({ user: "user_789", tenant: channel.split(":")[1] ?? "" }) });

/** A published event as its subscribers read it. */
type Read = Readonly<Record<string, unknown>> & { readonly data: Readonly<Record<string, unknown>> };

describe("DeploymentPublisher", () => {
  let publisher: DeploymentPublisher;
  beforeEach(() => {
    publisher = new DeploymentPublisher();
  });

  it("should publish start event", async () => {
    const event = await publisher.publishStart("tenant-123", "deploy-456", "odoo");

    expect(event.tenantId).toBe("tenant-123");
    expect(event.status).toBe("starting");
    expect(event.progress).toBe(0);
  });
});

describe("the integration test of the notes", () => {
  const deploymentPublisher = () => new DeploymentPublisher();

  it("should publish and receive deployment events", async () => {
    // 1. and 2., with a token: nobody connects without one
    const ws = await subscribe("tenant:test-123:deployments");

    // 3. Publish event
    await deploymentPublisher().publishStart("test-123", "deploy-456", "odoo");

    // 4. Verify received
    const message = { data: (await ws.next()) as Read };
    expect(message.data.type).toBe("deployment_start");
    ws.close();
  });
});

describe("what the guide publishes", () => {
  it("logins, which subscribers read beside the data", async () => {
    const { next, close } = await subscribe("tenant:12345:user_login");
    const authPublisher = new AuthPublisher();
    await authPublisher.publish("tenant:12345:user_login", {
      userId: "user_789",
      timestamp: "2025-12-06T10:30:00Z",
      ip: "192.168.1.100",
    });
    const event = (await next()) as Read;
    assert.equal(event.userId, "user_789");
    assert.equal(event.timestamp, "2025-12-06T10:30:00Z");
    close();
  });

  it("metrics, which a dashboard takes from data", async () => {
    const { next, close } = await subscribe("tenant:12345:metrics");
    const monitoringPublisher = new MonitoringPublisher();
    await monitoringPublisher.publish("tenant:12345:metrics", {
      cpu: 45.2,
      memory: 67.8,
      storage: 23.1,
      timestamp: "2025-12-06T10:30:00Z",
    });
    const event = (await next()) as Read;
    assert.equal(event.type, "metrics_update");
    assert.deepEqual(event.data, { cpu: 45.2, memory: 67.8, storage: 23.1 });
    close();
  });

  it("invoices and payments", async () => {
    const { next, close } = await subscribe("tenant:12345:billing");
    const billing = new BillingPublisher();
    await billing.publish("tenant:12345:billing", {
      type: "invoice_created",
      invoiceId: "INV-2025-001",
      amount: 299.9,
      dueDate: "2025-12-20",
    });
    await billing.publish("tenant:12345:billing", {
      type: "payment_received",
      invoiceId: "INV-2025-001",
      amount: 299.9,
      status: "paid",
    });
    const [created, paid] = [(await next()) as Read, (await next()) as Read];
    assert.deepEqual([created.type, created.data.dueDate], ["invoice_created", "2025-12-20"]);
    assert.deepEqual([paid.type, paid.status, paid.amount], ["payment_received", "paid", 299.9]);
    close();
  });

  it("a deployment from start to end, under either name of its first event", async () => {
    const { next, close } = await subscribe("tenant:12345:deployments");
    const deployer = new DeployPublisher();
    await deployer.publish("tenant:12345:deployments", {
      type: "deployment_started",
      instanceId: "odoo-tenant-12345",
      message: "Iniciando deploy de la instancia Odoo...",
    });
    await deployer.publish("tenant:12345:deployments", {
      type: "deployment_progress",
      instanceId: "odoo-tenant-12345",
      progress: 45,
      message: "Descargando imágenes Docker...",
    });
    await deployer.publish("tenant:12345:deployments", {
      type: "deployment_completed",
      instanceId: "odoo-tenant-12345",
      url: "https://odoo-12345.neo-stack.com",
      message: "¡Deploy finalizado con éxito!",
    });
    const events = [(await next()) as Read, (await next()) as Read, (await next()) as Read];
    assert.deepEqual(
      events.map(({ type, instanceId, status, progress }) => [type, instanceId, status, progress]),
      [
        ["deployment_start", "odoo-tenant-12345", "starting", undefined],
        ["deployment_progress", "odoo-tenant-12345", "running", 45],
        ["deployment_completed", "odoo-tenant-12345", "completed", undefined],
      ],
    );
    close();
  });

  it("alerts", async () => {
    const { next, close } = await subscribe("tenant:12345:monitoring");
    const monitor = new MonitoringPublisher();
    await monitor.publish("tenant:12345:monitoring", {
      type: "alert",
      severity: "warning",
      resource: "cpu",
      value: 89.5,
      threshold: 80,
      message: "¡CPU por encima del 80%!",
    });
    assert.equal(((await next()) as Read).severity, "warning");
    close();
  });

  it("people who edit together", async () => {
    const { next, close } = await subscribe("tenant:12345:collaboration");
    const editor = new CollaborationPublisher();
    await editor.publish("tenant:12345:collaboration", {
      type: "user_joined",
      userId: "user_789",
      field: "company_settings",
      timestamp: new Date().toISOString(),
    });
    await editor.publish("tenant:12345:collaboration", {
      type: "field_changed",
      userId: "user_789",
      field: "company_name",
      oldValue: "Old Corp",
      newValue: "New Corp",
      timestamp: new Date().toISOString(),
    });
    await next();
    const { data } = (await next()) as Read;
    assert.deepEqual([data.oldValue, data.newValue], ["Old Corp", "New Corp"]);
    close();
  });

  it("the good event of the practices, and not the bad one", async () => {
    const deployer = new DeployPublisher();
    const good = {
      type: "deployment_update",
      tenantId: "12345",
      instanceId: "odoo-12345",
      status: "completed",
      timestamp: "2025-12-06T10:30:00Z",
      data: { url: "https://odoo-12345.neo-stack.com", version: "17.0" },
    } as const;
    const { id, url, version, ...rest } = {
      url: "",
      version: "",
      ...(await deployer.publish("tenant:12345:deployments", good)),
    };
    assert.deepEqual([rest, url, version, id !== ""], [good, good.data.url, good.data.version, true]);
    const bad: Record<string, unknown> = { msg: "acabó", time: "hoy" };
    const channel: string = "tenant:12345:deployments";
    await assert.rejects(deployer.publish(channel, bad), {
      name: "InvalidEventError",
      message: /type: missing; expected one of deployment_start, deployment_progress/,
    });
  });
});
