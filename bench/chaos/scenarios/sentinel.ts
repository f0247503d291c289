import type { Scenario } from "../scenario.ts";
import { onSentinel } from "./grounds.ts";

/** Two replicas where one is waited for, so that there is one after the failover too. */
export const sentinel: readonly Scenario[] = [
  {
    name: "sentinel-killed",
    about: "kill -9 of the master below Sentinel, wait_replicas 1; it returns as a replica",
    keepsAll: true,
    begin: onSentinel({ waitReplicas: 1, replicas: 2 }, async ({ pass }, group) => {
      const master = await group.master();
      await master.kill();
      await group.switched(master);
      await pass(2);
      await master.restart();
    }),
  },
  {
    name: "sentinel-frozen",
    about: "SIGSTOP of the master below Sentinel until another one serves, wait_replicas 1",
    keepsAll: true,
    begin: onSentinel({ waitReplicas: 1, replicas: 2 }, async ({ pass }, group) => {
      const master = await group.master();
      master.pause();
      await group.switched(master);
      await pass(2);
      master.resume();
    }),
  },
  {
    name: "sentinel-planned",
    about: "SENTINEL FAILOVER, without wait_replicas",
    keepsAll: false,
    begin: onSentinel({}, async (_, group) => void (await group.failover())),
  },
];
