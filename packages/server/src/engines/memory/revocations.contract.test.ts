import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { revocationsContract } from "../revocations.contract.ts";
import { createMemoryRevocations } from "./index.ts";

revocationsContract("memory", {
  async cluster({ limit }) {
    const clock = createVirtualClock();
    // Nodes of one process share the object.
    const revocations = createMemoryRevocations({ clock, limit });
    return {
      node: async () => revocations,
      now: () => clock.now(),
      advance: async (ms) => clock.advance(ms),
      close: async () => {},
    };
  },
});
