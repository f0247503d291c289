import assert from "node:assert/strict";
import { it } from "node:test";
import { createElement, type ReactElement } from "react";
import { renderToString } from "react-dom/server";
import { createSilentClient } from "../../client/src/bindings/silent-client.fixture.ts";
import {
  AltavozProvider,
  EventErrorBoundary,
  useBillingAlerts,
  useChannel,
  useConnection,
  useDeploymentEvents,
  useEvents,
  useNotifications,
  usePresence,
  useWebSocket,
} from "./index.ts";

function Page(): ReactElement[] {
  const channel = useChannel("tenant:acme:deployments");
  const connection = useConnection();
  const presence = usePresence("tenant:acme:presence");
  const deployments = useDeploymentEvents();
  const { notifications, unread } = useNotifications();
  const { alerts } = useBillingAlerts();
  const socket = useWebSocket({ url: "localhost:1", token: "a token" });
  useEvents();
  return [
    ...[channel.status, connection.status, connection.isConnected, socket.status],
    ...[presence.users.length, deployments.events.size, deployments.isConnected],
    ...[notifications.length, unread, alerts.length],
  ].map((text, index) => createElement("i", { key: index }, String(text)));
}

it("renders everything on a server as it is before anything happened, without a socket or a token", (test) => {
  test.mock.method(globalThis, "WebSocket", () => {
    throw new Error("a server must not open sockets");
  });
  const client = createSilentClient();
  const content = createElement(EventErrorBoundary, null, createElement(Page));
  const html = renderToString(createElement(AltavozProvider, { client, tenantId: "acme" }, content));
  assert.equal(
    html
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim(),
    "idle idle false idle 0 0 false 0 0 0",
  );
  assert.equal(client.connection.get().status, "idle");
});

it("refuses to subscribe while a page is rendered", () => {
  const Eager = (): null => {
    useEvents().subscribe("tenant:acme:metrics", () => {});
    return null;
  };
  const page = createElement(AltavozProvider, { client: createSilentClient() }, createElement(Eager));
  assert.throws(() => renderToString(page), /subscribe in an effect or an event handler/);
});

it("names what is missing when there is no provider", () => {
  assert.throws(
    () => renderToString(createElement(Page)),
    /no Altavoz here: put the component inside of <AltavozProvider/,
  );
});
