import assert from "node:assert/strict";
import { it } from "node:test";
import { catalogue } from "@altavoz/events";
import { createClient, createDeploymentEvents } from "./index.ts";

/** What the compiler says of an application's code is the assertion: each `@ts-expect-error` without an error is one. */
function application(): void {
  const client = createClient({ url: "ws://localhost", catalogue });
  const tenant: string = "acme";

  client.channel(`tenant:${tenant}:deployments`).onEvent((event, { offset, isRecovered }) => {
    const position: number | undefined = offset;
    const seen: [number | undefined, boolean] = [position, isRecovered];
    if (event.type === "deployment_progress") seen[0] = event.data.progress;
    // @ts-expect-error invoices are not told of there
    if (event.type === "invoice_created") return;
    // @ts-expect-error the progress is a number
    if (event.type === "deployment_progress") event.data.progress.toUpperCase();
  });
  // @ts-expect-error no event has such a channel
  client.channel("dashboard");
  // @ts-expect-error nor this one
  client.presence(`tenant:${tenant}:deployment`);

  const data = { deploymentId: "d1", progress: 40 };
  void client.publish(`tenant:${tenant}:deployments`, { type: "deployment_progress", tenantId: tenant, data });
  // @ts-expect-error a field of the data is missing
  void client.publish(`tenant:${tenant}:deployments`, { type: "deployment_progress", tenantId: tenant, data: {} });
  // @ts-expect-error the event belongs to another channel
  void client.publish(`tenant:${tenant}:billing`, { type: "deployment_progress", tenantId: tenant, data });
  // @ts-expect-error the tenant is missing
  void client.publish(`tenant:${tenant}:deployments`, { type: "deployment_progress", data });

  const { name } = client.presence<{ name: string }>(`tenant:${tenant}:presence`).get().members.get("x")?.connInfo ?? {
    name: "",
  };
  const shown: string = name;
  createDeploymentEvents(client, shown).getEvent("d1")?.data.deploymentId?.toUpperCase();

  const typed = createClient<typeof catalogue>({ url: "ws://localhost" });
  // @ts-expect-error types alone know the channels too
  typed.channel("dashboard");

  const free = createClient({ url: "ws://localhost" });
  free.channel("anything:goes").onEvent(({ type, data: anything }) => [type.toUpperCase(), anything]);
  void free.publish("anything:goes", ["whatever", 1]);
  createDeploymentEvents(free, tenant);

  // @ts-expect-error a token is a text
  createClient({ url: "ws://localhost", getToken: async () => 1 });
}

it("compiles for applications that are right, and not for those that are wrong", () => {
  assert.equal(typeof application, "function");
});
