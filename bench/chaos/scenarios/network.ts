import type { Scenario } from "../scenario.ts";
import { onLines } from "./grounds.ts";

const CUTS = 12;

export const network: readonly Scenario[] = [
  {
    name: "network-delay",
    about: "200 to 500 ms more from one node to Redis and back, for 8 s",
    keepsAll: true,
    begin: onLines({}, async ({ pass }, { proxies: [first] }) => {
      const slow = { delayMs: 100, jitterMs: 150 };
      first?.impose({ up: slow, down: slow });
      await pass(8);
      first?.clear();
    }),
  },
  {
    name: "network-cuts",
    about: `all connections of one node after the other to Redis are cut, ${CUTS} times`,
    keepsAll: true,
    short: true,
    begin: onLines({}, async ({ pass }, { proxies }) => {
      for (let n = 0; n < CUTS; n++) {
        proxies[n % proxies.length]?.cut();
        await pass(0.5);
      }
    }),
  },
  {
    name: "network-half-open",
    about: "what Redis sends to one node vanishes for 10 s, the connections stay",
    keepsAll: true,
    begin: onLines({}, async ({ pass }, { proxies: [first] }) => {
      first?.impose({ down: { blackHole: true } });
      await pass(10);
      first?.clear();
    }),
  },
  {
    name: "network-away",
    about: "no node reaches Redis for 10 s",
    keepsAll: true,
    begin: onLines({}, async ({ pass }, { proxies }) => {
      for (const proxy of proxies) {
        proxy.refuse(true);
        proxy.cut();
      }
      await pass(10);
      for (const proxy of proxies) proxy.refuse(false);
    }),
  },
];
