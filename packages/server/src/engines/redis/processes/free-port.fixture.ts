import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port that nobody listens on, from below the range that the system gives to outgoing connections: a server that is
 * down for a moment finds it free when it returns. Nothing reserves it, so whoever starts on it tries again when it is taken.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    const free = await Promise.race([
      once(server, "listening").then(() => true),
      once(server, "error").then(() => false),
    ]).catch(() => false);
    if (!free) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

const TAKEN = /Address already in use|Failed listening|Could not create server TCP/;

/** Starts something with new ports for as long as they turn out to be taken. */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const ports = new Set<number>();
    while (ports.size < count) ports.add(await findFreePort());
    try {
      return await start([...ports]);
    } catch (error) {
      if (tries === 10 || !(error instanceof Error) || !TAKEN.test(error.message)) throw error;
    }
  }
}
