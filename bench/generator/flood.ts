import type { RunningServer } from "../servers/target.ts";
import type { Crowd } from "./crowd.ts";
import { openPublisher, publishRequest } from "./publisher.ts";

/**
 * Publishers pause while more than this many publications are on their way: a server is not asked to queue without end
 * for subscribers that share one core with their generator.
 */
const publicationsUnderWay = 64;

export interface FloodOptions {
  readonly server: RunningServer;
  /** Published into one after the other. */
  readonly channels: readonly string[];
  /** Sent one after the other, then from the first again. */
  readonly payloads: readonly string[];
  readonly publishers: number;
  /** Absent: nothing but a channel and a payload. */
  request?(server: RunningServer, channel: string, payload: string): Buffer;
}

/** Whoever gets the publications: one crowd, or several as one. */
export type Audience = Pick<Crowd, "size" | "deliveries" | "arrived">;

/** Publishers that publish as fast as they are answered. */
export interface Flood {
  /** Publications sent so far. */
  readonly sent: number;
  /** Publishes for that long; resolves when every publication has been answered and, with a crowd, delivered. */
  run(seconds: number, crowd?: Audience): Promise<void>;
  close(): void;
}

export async function createFlood(options: FloodOptions): Promise<Flood> {
  const { server, channels, payloads, request: build = publishRequest } = options;
  const requests = channels.flatMap((channel) => payloads.map((payload) => build(server, channel, payload)));
  const publishers = await Promise.all(Array.from({ length: options.publishers }, () => openPublisher(server)));
  let sent = 0;

  return {
    get sent() {
      return sent;
    },
    async run(seconds, crowd) {
      const until = performance.now() + seconds * 1000;
      const offset = crowd ? crowd.deliveries - sent * crowd.size : 0;
      const arrived = (publications: number) => crowd?.arrived(offset + publications * crowd.size);
      const publishOneByOne = async (publisher: (typeof publishers)[number]) => {
        while (performance.now() < until) {
          const request = requests[sent++ % requests.length];
          if (request) await publisher.send(request);
          if (crowd && offset + (sent - publicationsUnderWay) * crowd.size > crowd.deliveries) {
            await arrived(sent - publicationsUnderWay);
          }
        }
      };
      await Promise.all(publishers.map(publishOneByOne));
      await arrived(sent);
    },
    close() {
      for (const publisher of publishers) publisher.close();
    },
  };
}
