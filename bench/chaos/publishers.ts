import { setTimeout as passing } from "node:timers/promises";
import type { Published } from "./ledger.ts";
import { type Answer, attemptToPublish } from "./publish-attempt.ts";

export interface PublishersOptions {
  readonly channels: readonly string[];
  readonly perChannel: number;
  /** Of each publisher, while it is answered at once. */
  readonly perSecond: number;
  /** Of all servers, asked anew for every publication. */
  readonly urls: () => readonly string[];
  readonly apiKey: string;
}

/** Backends that publish, one after the other each, and write down what became of every publication. */
export interface Publishers {
  readonly published: readonly Published[];
  /** Reasons for which attempts did not succeed, and how often. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Resolves when every publisher has ended the publication that it was at. */
  stop(): Promise<void>;
  /** One more publication into each channel, insisting until it is acknowledged; their ids by channel. */
  announce(occasion: string, padding?: number): Promise<ReadonlyMap<string, string>>;
}

interface Data {
  readonly id: string;
}

/** How long a publication is tried again, with the same idempotency key, until its publisher gives up. */
const INSISTENCE_MS = 30_000;
const AGAIN_AFTER_MS = 200;
const ANNOUNCEMENT_MS = 60_000;

export function startPublishers(options: PublishersOptions): Publishers {
  const { channels, perChannel, perSecond, urls, apiKey } = options;
  const published: Published[] = [];
  const reasons = new Map<string, number>();
  let stopping = false;
  let turn = 0;

  /** Attempts until one is acknowledged, or for so long; 0 is a single attempt. */
  async function publish(channel: string, data: Data, insistenceMs: number): Promise<Published> {
    const { id } = data;
    const sentAt = performance.now();
    let doubtful = false;
    for (let attempts = 1; ; attempts++) {
      const all = urls();
      const url = all[turn++ % all.length] ?? "";
      const attempt = { url, apiKey, channel, data, idempotencyKey: id };
      const answer: Answer = await attemptToPublish(attempt);
      const endedAt = performance.now();
      doubtful ||= answer.outcome === "unknown";
      const entry = { id, channel, sentAt, endedAt, attempts };
      if (answer.outcome === "acknowledged") return { ...entry, outcome: "acknowledged", position: answer.position };
      reasons.set(answer.reason, (reasons.get(answer.reason) ?? 0) + 1);
      if (endedAt - sentAt > insistenceMs || (stopping && insistenceMs < ANNOUNCEMENT_MS))
        return { ...entry, outcome: doubtful ? "unknown" : "failed" };
      await passing(AGAIN_AFTER_MS);
    }
  }

  /** Every other publisher insists; those who do not find out whether the server tells the truth about failures. */
  async function work(channel: string, index: number): Promise<void> {
    const insistenceMs = index % 2 === 0 ? INSISTENCE_MS : 0;
    await passing((Math.random() * 1_000) / perSecond);
    for (let n = 1; !stopping; n++) {
      const entry = await publish(channel, { id: `${channel}/${index}/${n}` }, insistenceMs);
      published.push(entry);
      await passing(1_000 / perSecond);
    }
  }

  const working = Promise.all(
    channels.flatMap((channel) => Array.from({ length: perChannel }, (_, index) => work(channel, index))),
  );
  return {
    published,
    reasons,
    async stop() {
      stopping = true;
      await working;
    },
    async announce(occasion, padding = 0) {
      const entries = await Promise.all(
        channels.map((channel) => {
          const data = { id: `${channel}/${occasion}`, padding: "x".repeat(padding) };
          return publish(channel, data, ANNOUNCEMENT_MS);
        }),
      );
      published.push(...entries);
      return new Map(entries.map(({ channel, id }) => [channel, id]));
    },
  };
}
