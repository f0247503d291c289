import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileSnippets } from "./compile.fixture.ts";

/** What every snippet begins with; checked once. */
const application = `
  import { defineEvents } from "@altavoz/events";
  import { createServerApi, Publisher, type ServerApi } from "@altavoz/backend";
  import * as z from "zod";
  export declare const tenantId: string;
  export declare const name: string;
  export const shop = defineEvents({ "order.paid": { data: z.object({ total: z.number() }), channels: ["tenant:{tenantId}:orders"] } });
  export const api: ServerApi = createServerApi({ url: "http://localhost", key: "key" });
  export const publisher = new Publisher({ api });
  export const orders = new Publisher({ api, catalogue: shop });
`;

const head = `
  import { BillingPublisher, DeploymentPublisher, MetricsPublisher } from "@altavoz/backend";
  import { api, name, orders, publisher, tenantId } from "./application.snippet.ts";
`;

const compiles = {
  "the guide's forms": `
    publisher.publish("tenant:1:deployments", { type: "deployment_started", instanceId: "i", message: "m" });
    publisher.publish("tenant:1:metrics", { cpu: 1, memory: 2, storage: 3 });
    publisher.publish(\`tenant:\${tenantId}:billing\`, { type: "payment_received", invoiceId: "I", amount: 1, status: "paid" });`,
  "data in its own member": `
    publisher.publish(\`tenant:\${tenantId}:deployments\`, { type: "deployment_progress", data: { progress: 45 } });`,
  "any kind of notification": `publisher.publish("user:ana:notifications", { type: "any_word", message: "m" });`,
  "a channel whose name only the running program knows": `publisher.publish(name, { type: "deployment_start" });`,
  "an event that came from somewhere else": `
    declare const event: import("@altavoz/events").EventEnvelope;
    publisher.publish(name, event);`,
  "an event of the caller's own catalogue": `
    orders.publish(\`tenant:\${tenantId}:orders\`, { type: "order.paid", data: { total: 5 } });`,
  "what comes back": `
    export const read = async (): Promise<number> => {
      const event = await orders.publish("tenant:1:orders", { type: "order.paid", total: 5 });
      const started = await new DeploymentPublisher({ api }).publishStart("t", "d", "odoo");
      const [stats] = await api.batch([{ presence_stats: { channel: "c" } }]);
      return event.data.total + (started.progress ?? 0) + (stats.result?.num_clients ?? 0);
    };`,
};

const refused: Readonly<Record<string, readonly [snippet: string, message: RegExp]>> = {
  "a channel that the catalogue does not know": [
    `publisher.publish("tenant:1:deploymentz", { type: "deployment_start" });`,
    /'"tenant:1:deploymentz"' is not assignable/,
  ],
  "an event that does not belong in the channel": [
    `publisher.publish("tenant:1:billing", { type: "deployment_start" });`,
    /'"deployment_start"' is not assignable/,
  ],
  "an event without a type where the channel carries several": [
    `publisher.publish("tenant:1:billing", { invoiceId: "I", amount: 1 });`,
    /is not assignable/,
  ],
  "a field that is missing": [
    `publisher.publish("tenant:1:billing", { type: "invoice_created", invoiceId: "I" });`,
    /amount|not assignable/,
  ],
  "a field that is missing in data": [
    `publisher.publish("tenant:1:metrics", { type: "metrics_update", data: { cpu: 1, memory: 2 } });`,
    /storage/,
  ],
  "a field of another type": [
    `publisher.publish("tenant:1:deployments", { type: "deployment_progress", progress: "45" });`,
    /'string' is not assignable to type 'number'|not assignable/,
  ],
  "several events at once": [
    `publisher.publish("tenant:1:deployments", [{ type: "deployment_start" }]);`,
    /not assignable|no properties in common/,
  ],
  "an event of another catalogue": [
    `orders.publish("tenant:1:billing", { type: "invoice_created", invoiceId: "I", amount: 1 });`,
    /not assignable/,
  ],
  "a named method without a field": [
    `new MetricsPublisher({ api }).publishUpdate("t", { cpu: 1, memory: 2 });`,
    /storage/,
  ],
  "a named method with a field of another type": [
    `new BillingPublisher({ api }).publishInvoiceCreated("t", { invoiceId: "I", amount: "1" });`,
    /'string' is not assignable to type 'number'/,
  ],
  "a method that the API does not have": [`api.call("publsh", { channel: "c" });`, /'"publsh"' is not assignable/],
  "a request without its channel": [`api.call("history", { limit: 1 });`, /'channel' is missing/],
  "a member that the method does not know": [
    `api.call("presence", { channel: "c", limit: 1 });`,
    /'limit' does not exist/,
  ],
};

describe("the types, as an application sees them", () => {
  it("take what is right, and refuse what is wrong where it stands", () => {
    const right = Object.entries(compiles).map(([name, snippet]) => [name, head + snippet]);
    const wrong = Object.entries(refused).map(([name, [snippet]]) => [name, head + snippet]);
    const found = compileSnippets({ application, ...Object.fromEntries([...right, ...wrong]) });
    assert.deepEqual(found.application, []);
    for (const name of Object.keys(compiles)) assert.deepEqual(found[name], [], name);
    for (const [name, [, message]] of Object.entries(refused)) {
      assert.equal(found[name]?.length, 1, `${name}: ${found[name]?.join("; ") || "it compiles"}`);
      assert.match(found[name]?.[0] ?? "", message, name);
    }
  });
});
