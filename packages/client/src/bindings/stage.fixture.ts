import { afterEach } from "node:test";
import { startTestHub, type TestHub, type TestUser } from "../../../server/src/testing.ts";
import { type Client, type ClientOptions, createClient } from "../client.ts";
import { TENANT } from "./stage-names.fixture.ts";

export { TENANT };

import { type Gate, openGate } from "./gate.fixture.ts";

/** A hub behind a gate, as the pages of an application see it. */
export interface Stage {
  readonly hub: TestHub;
  readonly gate: Gate;
  /** Of the Centrifugo door, through the gate. */
  readonly url: string;
  /** Of the plain door, through the gate. */
  readonly plainUrl: string;
  publish(channel: string, data: unknown): Promise<void>;
  /** Waits until so many connections are subscribed to the channel. */
  untilSubscribers(channel: string, count: number): Promise<void>;
  /** Waits until nobody is subscribed to anything. */
  untilDeserted(): Promise<void>;
  close(): Promise<void>;
}

/** The user of most tests. */

export const ANA: TestUser = { user: "ana", tenant: TENANT };

const PATIENCE_MS = 20_000;

export async function openStage(config: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
  const hub = await startTestHub({
    config: {
      tenants: [{ id: TENANT }],
      ...config,
      client: { allowed_origins: ["*"], ...(config.client as object | undefined) },
    },
  });
  const gate = await openGate(Number(new URL(hub.url).port));
  const occupied = async (): Promise<Readonly<Record<string, { num_clients: number }>>> =>
    ((await hub.api("channels", {})) as { channels: Record<string, { num_clients: number }> }).channels;
  return {
    hub,
    gate,
    url: `ws://localhost:${gate.port}/connection/websocket`,
    plainUrl: `ws://localhost:${gate.port}/ws`,
    async publish(channel, data) {
      await hub.api("publish", { tenant: TENANT, channel, data });
    },
    untilSubscribers: (channel, count) =>
      holds(
        async () => ((await occupied())[channel]?.num_clients ?? 0) === count,
        `${count} subscribers of ${channel}`,
      ),
    untilDeserted: () => holds(async () => Object.keys(await occupied()).length === 0, "the end of all subscriptions"),
    async close() {
      await gate.close();
      await hub.stop();
    },
  };
}

/** Makes clients of Ana that come back fast. After each test they are closed, and the gate is open again. */
export function openClients(stage: () => Stage): (options?: Partial<ClientOptions>) => Client {
  const clients: Client[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    stage().gate.restore();
  });
  return (options) => {
    const { url, hub } = stage();
    const client = createClient({ url, getToken: () => hub.token(ANA), minBackoffMs: 1, maxBackoffMs: 20, ...options });
    clients.push(client);
    return client;
  };
}

/** Asks the hub again and again: it tells nobody of its subscriptions by itself. */
async function holds(question: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await question())) if (performance.now() > end) throw new Error(`${what} did not come`);
}
