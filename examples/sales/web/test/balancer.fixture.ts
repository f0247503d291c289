import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";

/** One address before several servers, as an operator has it. */
export interface Balancer {
  readonly port: number;
  /** How many connections each port has got. */
  readonly taken: ReadonlyMap<number, number>;
  /** New connections go to these ports in turn; to none: they are refused. Those that are open stay. */
  route(...ports: readonly number[]): void;
  close(): Promise<void>;
}

export async function openBalancer(): Promise<Balancer> {
  const open = new Set<Socket>();
  const taken = new Map<number, number>();
  let targets: readonly number[] = [];
  let next = 0;
  const server = createServer((outer) => {
    const port = targets[next++ % targets.length];
    if (port === undefined) {
      outer.destroy();
      return;
    }
    taken.set(port, (taken.get(port) ?? 0) + 1);
    const inner = dial({ port, host: "localhost" });
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    route(...ports) {
      targets = ports;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
