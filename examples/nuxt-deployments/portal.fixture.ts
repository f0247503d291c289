import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DeploymentPublisher } from "@altavoz/backend";
import { type Gate, openGate } from "../../packages/client/src/bindings/gate.fixture.ts";
import { startTestHub } from "../../packages/server/src/testing.ts";

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
  const app = spawnNode([".output/server/index.mjs"], {
    NITRO_PORT: "0",
    NITRO_HOST: "localhost",
    CENTRIFUGO_URL: hub.url,
    CENTRIFUGO_TOKEN: SECRETS.api,
    NUXT_EVENTS_TOKEN_SECRET: SECRETS.tokens,
    NUXT_PUBLIC_EVENTS_URL: `ws://localhost:${gate.port}`,
    NUXT_SESSION_PASSWORD: SECRETS.session,
    NUXT_STEP_MS: "50",
  });
  const [, port = ""] = await app.says(/Listening on http:\/\/.*:(\d+)/);
  return {
    url: `http://localhost:${port}`,
    gate,
    publisher: new DeploymentPublisher({ url: hub.url, key: SECRETS.api }),
    async forgetHistory() {
      await hub.api("history_remove", { tenant: TENANT, channel: `tenant:${TENANT}:deployments` });
    },
    async stop() {
      await app.stop();
      await gate.close();
      await hub.stop();
    },
  };
}

export interface Program {
  /** Resolves with the match as soon as the output has one; rejects when the program ends before. */
  says(what: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

/** Runs a script of this folder on the Node that runs the test. */
export function spawnNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return {
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = what.exec(output);
          if (found) resolve(found);
        };
        look();
        for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
        ended.then(() => reject(new Error(`it ended without saying ${what}:\n${output}`)), reject);
      }),
    async stop() {
      if (child.exitCode === null) child.kill("SIGTERM");
      await ended;
    },
  };
}
