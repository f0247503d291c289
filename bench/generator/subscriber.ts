import type { Socket } from "bun";
import { type Dialect, endOf, type Step } from "./dialect.ts";

export interface SubscriberOptions {
  readonly host: string;
  readonly port: number;
  readonly dialect: Dialect;
  readonly token: string;
  readonly channel: string;
  /** The least distance of two markers: the payload size. */
  readonly spacing: number;
  /** `count` publications arrived; `before` is how many this subscriber had. */
  onDeliveries(before: number, count: number): void;
  /** The connection ended though nobody here closed it. */
  onBroken(why: string): void;
}

export interface Subscriber {
  /** How many publications arrived. */
  readonly received: number;
  /** How many bytes arrived since the subscription. */
  readonly bytes: number;
  /** Ends the connection at once, without the closing handshake. */
  close(): void;
}

interface Receiver {
  receive(socket: Socket<Receiver>, chunk: Buffer): void;
  closed(): void;
}

/** Shared by all sockets; what differs is the receiver in `socket.data`. */
const socketEvents = {
  data: (socket: Socket<Receiver>, chunk: Buffer) => socket.data.receive(socket, chunk),
  close: (socket: Socket<Receiver>) => socket.data.closed(),
};

/** Connects one raw socket, speaks the dialect up to the subscription, and counts from then on. */
export async function openSubscriber(options: SubscriberOptions): Promise<Subscriber> {
  const { host, port, dialect } = options;
  const counter = dialect.createCounter(options.spacing);
  const steps = dialect.steps(options.token, options.channel)[Symbol.iterator]();
  const live = Promise.withResolvers<void>();
  let expected: Step["hear"] | undefined = endOf("\r\n\r\n");
  let heard = "";
  let received = 0;
  let bytes = 0;
  let closing = false;

  const converse = (socket: Socket<Receiver>, chunk: Buffer) => {
    heard += chunk.toString("latin1");
    if (/"error"|44\{"message"/.test(heard) || isRefusal(heard, dialect.status)) {
      return live.reject(new Error(`the server refused: ${heard.slice(0, 300)}`));
    }
    while (expected !== undefined) {
      const end = expected(heard);
      if (end < 0) return;
      heard = heard.slice(end);
      const step = steps.next().value;
      if (step?.say) socket.write(step.say);
      expected = step?.hear;
    }
    heard = "";
    live.resolve();
  };

  const receiver: Receiver = {
    receive(socket, chunk) {
      if (expected !== undefined) return converse(socket, chunk);
      bytes += chunk.length;
      const count = counter.count(chunk);
      if (count > 0) {
        received += count;
        options.onDeliveries(received - count, count);
      }
      if (dialect.keepAlive && chunk.includes(dialect.keepAlive.ping)) socket.write(dialect.keepAlive.pong);
    },
    closed() {
      if (closing) return;
      live.reject(new Error(`the server closed the connection; last heard: ${heard.slice(0, 300) || "nothing"}`));
      if (expected === undefined) options.onBroken(`after ${received} publications`);
    },
  };

  const socket = await Bun.connect<Receiver>({ hostname: host, port, data: receiver, socket: socketEvents });
  socket.setNoDelay(true);
  socket.write(dialect.open(`${host}:${port}`, options.token, options.channel));
  await live.promise;

  return {
    get received() {
      return received;
    },
    get bytes() {
      return bytes;
    },
    close() {
      closing = true;
      socket.terminate();
    },
  };
}

function isRefusal(heard: string, accepted: number): boolean {
  return heard.startsWith("HTTP/1.1 ") && !heard.startsWith(`HTTP/1.1 ${accepted}`);
}
