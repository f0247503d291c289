import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { engineContract } from "../engine.contract.ts";
import { createMemoryEngine, createMemorySpace } from "./index.ts";

engineContract("memory", {
  async cluster() {
    const clock = createVirtualClock();
    const ids = createSeededIds(1);
    const space = createMemorySpace({ clock, ids });
    return {
      engine: () => createMemoryEngine({ clock, ids, space }),
      advance: async (ms) => clock.advance(ms),
      close: async () => {},
    };
  },
  declines: {
    "Where events may have been lost, interrupted tells of which channels, when events arrive again":
      "nothing lies between the space and its nodes that could lose an event",
  },
});
