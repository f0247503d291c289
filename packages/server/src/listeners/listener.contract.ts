import { describe } from "node:test";
import type { ListenerFactory } from "./fixture.contract.ts";
import { lifetimeContract } from "./listener-lifetime.contract.ts";
import { crowdContract, pressureContract, stallsContract } from "./listener-pressure.contract.ts";
import { routesContract } from "./listener-routes.contract.ts";
import { socketsContract } from "./listener-sockets.contract.ts";
import { streamsContract } from "./listener-streams.contract.ts";
import { topicsContract } from "./listener-topics.contract.ts";

/** What every listener promises. A member of the family runs it with its own factory. */
export function listenerContract(name: string, factory: ListenerFactory): void {
  describe(`the listener ${name}`, () => {
    routesContract(factory);
    socketsContract(factory);
    streamsContract(factory);
    topicsContract(factory);
    pressureContract(factory);
    stallsContract(factory);
    crowdContract(factory);
    lifetimeContract(factory);
  });
}
