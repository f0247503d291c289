import assert from "node:assert/strict";
import { after, afterEach, before, it } from "node:test";
import { createClient } from "@altavoz/client";
import { openLocalPage } from "../../client/src/bindings/local-page.fixture.ts";
import { ANA, openStage, type Stage, TENANT } from "../../client/src/bindings/stage.fixture.ts";
import { until } from "../../client/src/until.fixture.ts";

const DEPLOYMENTS = `tenant:${TENANT}:deployments`;

let stage: Stage;
before(async () => {
  stage = await openStage();
});
afterEach(() => stage.untilDeserted());
after(() => stage.close());

it("takes over a page from a server without a complaint, though the channel is live already", async () => {
  const { createElement } = await import("react");
  const { flushSync } = await import("react-dom");
  const { hydrateRoot } = await import("react-dom/client");
  const { renderToString } = await import("react-dom/server");
  const { AltavozProvider, useChannel } = await import("./index.ts");
  const page = await openLocalPage();
  const client = createClient({ url: stage.url, token: await stage.hub.token(ANA) });
  const stop = client.channel(DEPLOYMENTS).onEvent(() => {});
  await until(client.channel(DEPLOYMENTS), ({ status }) => status === "live");

  const Status = () => createElement("p", null, useChannel(DEPLOYMENTS).status);
  const application = createElement(AltavozProvider, { client }, createElement(Status));
  const root = document.createElement("div");
  root.innerHTML = renderToString(application);
  const rendered = root.firstChild;
  assert.equal(root.textContent, "idle");
  const repaired: unknown[] = [];
  const taken = flushSync(() =>
    hydrateRoot(root, application, { onRecoverableError: (error) => repaired.push(error) }),
  );
  flushSync(() => {});
  assert.equal(root.textContent, "live");
  assert.equal(root.firstChild, rendered);
  assert.deepEqual([repaired, page.complaints()], [[], []]);

  flushSync(() => taken.unmount());
  stop();
  client.close();
  await page.close();
});

it("subscribes once though StrictMode mounts twice", async () => {
  const { createElement, StrictMode } = await import("react");
  const { flushSync } = await import("react-dom");
  const { createRoot } = await import("react-dom/client");
  const { AltavozProvider, useChannel, useDeploymentEvents, useEvents } = await import("./index.ts");
  const { useEffect } = await import("react");
  let subscribes = 0;
  let effects = 0;
  class Counting extends WebSocket {
    override send(data: string): void {
      subscribes += data.split('"subscribe"').length - 1;
      super.send(data);
    }
  }
  const client = createClient({ url: stage.url, token: await stage.hub.token(ANA), websocket: Counting });
  const Component = () => {
    const { subscribe } = useEvents();
    const { isConnected } = useDeploymentEvents(TENANT);
    useEffect(() => {
      effects++;
      return subscribe(DEPLOYMENTS, () => {});
    }, [subscribe]);
    return createElement("p", null, `${useChannel(DEPLOYMENTS).status} ${isConnected}`);
  };
  const root = createRoot(document.createElement("div"));
  const application = createElement(AltavozProvider, { client }, createElement(Component));
  flushSync(() => root.render(createElement(StrictMode, null, application)));
  assert.equal(effects, 2);
  await until(client.channel(DEPLOYMENTS), ({ status }) => status === "live");
  assert.equal(subscribes, 1);
  await stage.untilSubscribers(DEPLOYMENTS, 1);
  flushSync(() => root.unmount());
  await stage.untilSubscribers(DEPLOYMENTS, 0);
  client.close();
});
