import assert from "node:assert/strict";
import { it } from "node:test";
import { createClient } from "@altavoz/client";
import { openLocalPage } from "../../client/src/bindings/local-page.fixture.ts";
import { ANA, openStage, TENANT } from "../../client/src/bindings/stage.fixture.ts";
import { until } from "../../client/src/until.fixture.ts";

const DEPLOYMENTS = `tenant:${TENANT}:deployments`;

it("takes over a page from a server without a complaint, though the channel is live already", async () => {
  const { createSSRApp, h, nextTick } = await import("vue");
  const { renderToString } = await import("@vue/server-renderer");
  const { createAltavoz, useChannel } = await import("./index.ts");
  const page = await openLocalPage();
  const stage = await openStage();
  const client = createClient({ url: stage.url, token: await stage.hub.token(ANA) });
  const stop = client.channel(DEPLOYMENTS).onEvent(() => {});
  await until(client.channel(DEPLOYMENTS), ({ status }) => status === "live");

  const createPage = (isServer: boolean): ReturnType<typeof createSSRApp> => {
    const app = createSSRApp({
      setup() {
        const { status } = useChannel(DEPLOYMENTS);
        return () => h("p", status.value);
      },
    });
    return app.use(createAltavoz({ client, isServer }));
  };
  const root = document.createElement("div");
  root.innerHTML = await renderToString(createPage(true));
  const rendered = root.firstChild;
  assert.equal(root.textContent, "idle");
  const app = createPage(false);
  app.mount(root);
  await nextTick();
  assert.equal(root.textContent, "live");
  assert.equal(root.firstChild, rendered);
  assert.deepEqual(page.complaints(), []);

  app.unmount();
  stop();
  client.close();
  await page.close();
  await stage.close();
});
