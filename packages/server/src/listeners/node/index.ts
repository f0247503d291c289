import type { Listener } from "../../hub/ports/listener.ts";
import type { ListenerOptions } from "../listener-options.ts";
import { NodeEndpoint } from "./endpoint.ts";
import { createHouse } from "./house.ts";

export { attachNodeListener } from "./attach.ts";

/** Moves bytes with Node's `http.Server` and `ws`. */
export function createNodeListener(options: ListenerOptions): Listener {
  const { topics, frontOptions, cutAll } = createHouse(options);
  const endpoints: NodeEndpoint[] = [];

  return {
    topics,
    async open(endpoint) {
      const bound = new NodeEndpoint(endpoint, frontOptions);
      await bound.open();
      endpoints.push(bound);
      return bound;
    },
    async drain() {
      for (const endpoint of endpoints) endpoint.drain();
    },
    async stop() {
      for (const endpoint of endpoints) endpoint.drain();
      await cutAll();
      for (const endpoint of endpoints.splice(0)) endpoint.stop();
    },
  };
}
