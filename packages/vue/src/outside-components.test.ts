import assert from "node:assert/strict";
import { after, afterEach, before, it } from "node:test";
import { type Client, createClient } from "@altavoz/client";
import { createApp, effectScope, nextTick, shallowRef, watch } from "vue";
import { ANA, openStage, type Stage, TENANT } from "../../client/src/bindings/stage.fixture.ts";
import { createAltavoz, useChannel, useDeploymentEvents, useEvents } from "./index.ts";

const DEPLOYMENTS = `tenant:${TENANT}:deployments`;

let stage: Stage;
let client: Client;

before(async () => {
  stage = await openStage();
  client = createClient({ url: stage.url, token: await stage.hub.token(ANA) });
});
afterEach(() => stage.untilDeserted());
after(async () => {
  client.close();
  await stage.close();
});

/** Runs `set` as a store of an application does: with its plugins, in a scope, without any component. */
function inApplication<T>(set: () => T): { readonly result: T; readonly stop: () => void } {
  const app = createApp({}).use(createAltavoz({ client, isServer: false }));
  const scope = effectScope(true);
  const result = app.runWithContext(() => scope.run(set));
  if (result === undefined) throw new Error("the scope is over");
  return { result, stop: () => scope.stop() };
}

/** Resolves once the getter says yes. */
const until = (isSo: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const stop = watch(
      isSo,
      (so) => {
        if (!so) return;
        resolve();
        void nextTick(() => stop());
      },
      { immediate: true },
    );
  });

it("works without a component, and ends with the scope", async () => {
  const { result, stop } = inApplication(() => ({
    channel: useChannel(DEPLOYMENTS),
    deployments: useDeploymentEvents(TENANT),
  }));
  await until(() => result.channel.status.value === "live" && result.deployments.isConnected.value);
  await stage.publish(DEPLOYMENTS, {
    ...{ id: "e1", type: "deployment_start", tenantId: TENANT, timestamp: "2026-11-22T10:00:00.000Z" },
    data: { deploymentId: "d1" },
  });
  await until(() => result.deployments.getEvent("d1") !== undefined);
  assert.equal(result.deployments.getAllEvents().length, 1);
  await stage.untilSubscribers(DEPLOYMENTS, 1);
  stop();
  await stage.untilSubscribers(DEPLOYMENTS, 0);
});

it("follows a reference to the channel's name", async () => {
  const resource = shallowRef("metrics");
  const { result, stop } = inApplication(() => useChannel(() => `tenant:${TENANT}:${resource.value}`));
  await until(() => result.status.value === "live");
  resource.value = "billing";
  await stage.untilSubscribers(`tenant:${TENANT}:metrics`, 0);
  await stage.untilSubscribers(`tenant:${TENANT}:billing`, 1);
  stop();
});

it("takes no new subscription once the scope is over", async () => {
  const { result, stop } = inApplication(() => useEvents());
  const unsubscribe = result.subscribe(DEPLOYMENTS, () => {});
  await stage.untilSubscribers(DEPLOYMENTS, 1);
  stop();
  await stage.untilSubscribers(DEPLOYMENTS, 0);
  result.subscribe(DEPLOYMENTS, () => assert.fail("nobody is there to hear it"));
  assert.equal(client.channel(DEPLOYMENTS).get().status, "idle");
  unsubscribe();
});
