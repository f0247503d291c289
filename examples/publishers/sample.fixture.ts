import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Centrifuge } from "centrifuge";
import { startTestHub, type TestHub } from "../../packages/server/src/testing.ts";

export const NODE: string = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
export const BUN: string = fileURLToPath(new URL("../../node_modules/.bin/bun", import.meta.url));

const SECRET = "the-secret-of-the-samples-32-characters";
const KEY = "the key of the samples";

export const startHub = (): Promise<TestHub> =>
  startTestHub({
    config: { client: { token: { hmac_secret_key: SECRET } }, http_api: { key: KEY } },
  });

interface Sample {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** Starts the sample, asks it for what a page asks for, and sees with an official client what it publishes. */
export async function trySample(hub: TestHub, sample: Sample): Promise<void> {
  const { PATH } = process.env;
  const child = spawn(sample.program, sample.arguments, {
    env: {
      PATH,
      PORT: "0",
      NODE_ENV: "production",
      CENTRIFUGO_URL: hub.url,
      CENTRIFUGO_TOKEN: KEY,
      JWT_SECRET: SECRET,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    await converse(hub, await addressOf(child));
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Where it says that it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [address] = /http:\/\/[^ ]+:\d+/.exec(line) ?? [];
    if (address === undefined) continue;
    // What follows must not fill the pipe.
    child.stdout.resume();
    return address;
  }
  throw new Error("the sample ended before it listened");
}

async function converse(hub: TestHub, url: string): Promise<void> {
  const authorization = `Bearer ${await hub.token({ user: "ana", tenant: "12345" })}`;
  const order = (headers: Record<string, string>, instanceType?: string): Promise<Response> =>
    fetch(`${url}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ instanceType }),
    });

  assert.equal((await order({}, "odoo")).status, 401);
  const nameless = await order({ authorization });
  assert.equal(nameless.status, 400);
  assert.match(((await nameless.json()) as { error: string }).error, /instanceType/);

  const { token } = (await (await fetch(`${url}/token`, { headers: { authorization } })).json()) as { token: string };
  const client = new Centrifuge(hub.websocketUrl, { token });
  try {
    const subscription = client.newSubscription("tenant:12345:deployments");
    const subscribed = new Promise((resolve) => subscription.once("subscribed", resolve));
    const published = new Promise((resolve) => subscription.once("publication", ({ data }) => resolve(data)));
    subscription.subscribe();
    client.connect();
    await subscribed;
    const response = await order({ authorization }, "odoo");
    assert.equal(response.status, 202);
    const event = (await published) as Record<string, unknown>;
    assert.deepEqual(await response.json(), event);
    const { type, tenantId, status, progress } = event;
    assert.deepEqual([type, tenantId, status, progress], ["deployment_start", "12345", "starting", 0]);
  } finally {
    client.disconnect();
  }
}
