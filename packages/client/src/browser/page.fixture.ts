import { type Client, createClient, createIndexedDbStorage } from "../index.ts";
import { until } from "../until.fixture.ts";

/** What the test calls in the page. */
export interface App {
  open(options: {
    readonly url: string;
    readonly token: string;
    readonly channel: string;
    readonly user: string;
  }): void;
  /** Resolves when the channel is in this state; the answer is why. */
  becomes(status: string): Promise<string | undefined>;
  /** Resolves with everything that was heard, once it is so much. */
  heard(count: number): Promise<unknown[]>;
  recovery(): unknown;
  /** Resolves when it is in the queue. */
  write(event: unknown): Promise<void>;
  /** Resolves when nothing waits to be published. */
  drained(): Promise<void>;
}

let client: Client | undefined;
let channelName = "";
const events: unknown[] = [];

function opened(): Client {
  if (!client) throw new Error("open comes first");
  return client;
}

const app: App = {
  open({ url, token, channel, user }) {
    const storage = createIndexedDbStorage(user);
    client = createClient({ url, token, minBackoffMs: 1, maxBackoffMs: 50, staleAfterMs: 600_000, queue: { storage } });
    channelName = channel;
    client.channel(channel).onEvent((event) => events.push(event));
  },
  async becomes(status) {
    const { reason } = await until(opened().channel(channelName), (state) => state.status === status);
    return reason?.message;
  },
  async heard(count) {
    await until(opened().channel(channelName), () => events.length >= count);
    return events;
  },
  recovery: () => opened().channel(channelName).get().recovery,
  async write(event) {
    void opened().publish(channelName, event);
    await until(opened().queue, ({ waiting }) => waiting > 0);
    // The page must not go before the database has it: what is asked last of it is done last.
    await createIndexedDbStorage("nobody").load();
  },
  async drained() {
    await until(opened().queue, ({ waiting }) => waiting === 0);
  },
};
Object.assign(globalThis, { app });
