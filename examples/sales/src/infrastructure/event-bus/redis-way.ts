import { Redis } from "ioredis";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
  readonly db: number;
}

export interface RedisWayOptions {
  readonly redis: RedisAddress;
  readonly channel: string;
  /** What an instance said on the channel, this one included. */
  receive(text: string): void;
  /** Called whenever `isUp` may be another than before. */
  changed(): void;
  /** A connection failed; it is tried again. */
  failed(error: Error): void;
}

/** The way between instances: one connection to speak and one to listen, both of which come back by themselves. */
export interface RedisWay {
  readonly isUp: boolean;
  /** Rejects when it cannot leave at once. */
  tell(text: string): Promise<unknown>;
  close(): void;
}

const RETRY_LIMIT_MS = 2_000;
const HEARTBEAT_MS = 1_000;

export function createRedisWay({ redis, channel, receive, changed, failed }: RedisWayOptions): RedisWay {
  const options = {
    ...redis,
    // What cannot leave now is not kept for later: it would come too late and out of order.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    connectTimeout: RETRY_LIMIT_MS,
    commandTimeout: RETRY_LIMIT_MS,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, RETRY_LIMIT_MS),
  };
  const speaker = new Redis(options);
  const hearer = new Redis(options);
  let hears = false;
  let closed = false;

  speaker.on("ready", changed);
  hearer.on("ready", () => {
    hearer.subscribe(channel).then(
      () => {
        hears = true;
        changed();
      },
      () => hearer.disconnect(true),
    );
  });
  hearer.on("message", (_channel, text) => receive(text));
  hearer.on("close", () => {
    hears = false;
  });
  for (const connection of [speaker, hearer]) {
    connection.on("close", changed);
    // Without a listener an error would end the process.
    connection.on("error", failed);
  }
  // A Redis that neither answers nor closes the connection is away, too.
  const heartbeat = setInterval(() => {
    for (const connection of [speaker, hearer]) {
      if (connection.status !== "ready") continue;
      connection.ping().catch(() => {
        if (!closed && connection.status === "ready") connection.disconnect(true);
      });
    }
  }, HEARTBEAT_MS);

  return {
    get isUp() {
      return hears && speaker.status === "ready";
    },
    tell: (text) => speaker.publish(channel, text),
    close() {
      closed = true;
      clearInterval(heartbeat);
      speaker.disconnect();
      hearer.disconnect();
    },
  };
}
