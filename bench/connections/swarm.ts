import type { Order, OrderAnswer, OrderName, SwarmOrders, SwarmSetup } from "./swarm-orders.ts";

/** A process full of clients; it ends with this one. */
export interface Swarm {
  readonly pid: number;
  readonly members: number;
  ask<Name extends OrderName>(
    name: Name,
    argument: SwarmOrders[Name]["argument"],
  ): Promise<SwarmOrders[Name]["answer"]>;
  stop(): Promise<void>;
}

const script = new URL("./swarm-process.ts", import.meta.url).pathname;

export function startSwarm(setup: SwarmSetup): Swarm {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let orders = 0;
  const child = Bun.spawn({
    cmd: [process.execPath, script, JSON.stringify(setup)],
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "json",
    ipc({ id, answer, failure }: OrderAnswer) {
      if (failure === undefined) waiting.get(id)?.resolve(answer);
      else waiting.get(id)?.reject(new Error(failure));
      waiting.delete(id);
    },
  });
  void child.exited.then((code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a swarm ended with ${code}`));
    waiting.clear();
  });
  return {
    pid: child.pid,
    members: setup.members,
    async ask(name, argument) {
      const asked = Promise.withResolvers<unknown>();
      const order: Order = { id: ++orders, name, argument };
      waiting.set(order.id, asked);
      child.send(order);
      return (await asked.promise) as SwarmOrders[typeof name]["answer"];
    },
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
