import assert from "node:assert/strict";
import { it } from "node:test";
import { renderToString } from "@vue/server-renderer";
import { createSSRApp, defineComponent, effectScope, h } from "vue";
import { createSilentClient } from "../../client/src/bindings/silent-client.fixture.ts";
import {
  createAltavoz,
  EventErrorBoundary,
  useBillingAlerts,
  useChannel,
  useConnection,
  useDeploymentEvents,
  useEvents,
  useNotifications,
  usePresence,
} from "./index.ts";

const Page = defineComponent(() => {
  const channel = useChannel("tenant:acme:deployments");
  const connection = useConnection();
  const presence = usePresence("tenant:acme:presence");
  const deployments = useDeploymentEvents();
  const { notifications, unread } = useNotifications();
  const { alerts } = useBillingAlerts();
  useEvents().subscribe("tenant:acme:metrics", () => {});
  const detached = effectScope(true).run(() => useChannel("tenant:acme:billing"));
  return () =>
    [
      ...[channel.status.value, connection.status.value, connection.isConnected.value, detached?.status.value],
      ...[presence.users.value.length, deployments.events.value.size, deployments.isConnected.value],
      ...[notifications.value.length, unread.value, alerts.value.length],
    ].map((text) => h("i", String(text)));
});

it("renders everything on a server as it is before anything happened, without a socket or a token", async () => {
  const client = createSilentClient();
  const app = createSSRApp(() => h(EventErrorBoundary, null, { default: () => h(Page) }));
  app.use(createAltavoz({ client, tenantId: "acme" }));
  const html = await renderToString(app);
  assert.equal(
    html
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim(),
    "idle idle false idle 0 0 false 0 0 0",
  );
  assert.equal(client.connection.get().status, "idle");
});

it("names what is missing when there is no plugin", async () => {
  const app = createSSRApp(Page);
  app.config.warnHandler = () => {};
  await assert.rejects(renderToString(app), /no Altavoz here: app\.use\(createAltavoz/);
});
