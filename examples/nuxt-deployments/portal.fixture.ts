import { fileURLToPath } from "node:url";
import { DeploymentPublisher } from "@altavoz/backend";
import { type Gate, openGate } from "../../packages/client/src/bindings/gate.fixture.ts";
import { startTestHub } from "../../packages/server/src/testing.ts";
import { runNode } from "../program.fixture.ts";

/** The folder of this example. */
export const PORTAL: string = fileURLToPath(new URL(".", import.meta.url));
export const TENANT = "12345";
/** None of them may reach a browser. */
export const SECRETS = {
  tokens: "secret-of-the-tenant-of-32-characters",
  api: "key-of-the-tenant",
  session: "password-of-the-session-of-32-characters",
};

export interface Portal {
  readonly url: string;
  /** Between the browser and the hub. */
  readonly gate: Gate;
  /** Another part of the customer's back end, with the tenant's own key. */
  readonly publisher: DeploymentPublisher;
  /** The hub loses what it kept of the channel. */
  forgetHistory(): Promise<void>;
  stop(): Promise<void>;
}

/** A hub, and the built portal as its tenant; without a demonstration, so that nothing happens by itself. */
export async function startPortal(): Promise<Portal> {
  const hub = await startTestHub({
    config: {
      client: { allowed_origins: ["*"] },
      tenants: [{ id: TENANT, token: { hmac_secret_key: SECRETS.tokens }, api_keys: [SECRETS.api] }],
    },
  });
  const gate = await openGate(Number(new URL(hub.url).port));
  const env = {
    NITRO_PORT: "0",
    NITRO_HOST: "localhost",
    CENTRIFUGO_URL: hub.url,
    CENTRIFUGO_TOKEN: SECRETS.api,
    NUXT_EVENTS_TOKEN_SECRET: SECRETS.tokens,
    NUXT_PUBLIC_EVENTS_URL: `ws://localhost:${gate.port}`,
    NUXT_SESSION_PASSWORD: SECRETS.session,
    NUXT_STEP_MS: "50",
  };
  const app = runNode([".output/server/index.mjs"], { cwd: PORTAL, env });
  const [, port = ""] = await app.says(/Listening on http:\/\/.*:(\d+)/);
  return {
    url: `http://localhost:${port}`,
    gate,
    publisher: new DeploymentPublisher({ url: hub.url, key: SECRETS.api }),
    async forgetHistory() {
      await hub.api("history_remove", { tenant: TENANT, channel: `tenant:${TENANT}:deployments` });
    },
    async stop() {
      await app.end("SIGTERM");
      await gate.close();
      await hub.stop();
    },
  };
}
