import type { Listener } from "../../hub/ports/listener.ts";
import { KEEP_ALIVE_SECONDS, type ListenerOptions } from "../listener-options.ts";
import { createCore } from "./core.ts";
import { NodeEndpoint } from "./endpoint.ts";

export { attachNodeListener } from "./attach.ts";

/** Moves bytes with Node's `http.Server` and `ws`. */
export function createNodeListener(options: ListenerOptions): Listener {
  const { topics, frontOptions, emptied, cutAll } = createCore(options);
  const { keepAliveSeconds = KEEP_ALIVE_SECONDS } = options;
  const endpoints: NodeEndpoint[] = [];

  return {
    topics,
    async open(endpoint) {
      const bound = new NodeEndpoint(endpoint, { ...frontOptions, keepAliveSeconds });
      await bound.open();
      endpoints.push(bound);
      return bound;
    },
    async drain() {
      for (const endpoint of endpoints) endpoint.drain();
    },
    emptied,
    async stop() {
      for (const endpoint of endpoints) endpoint.drain();
      await cutAll();
      for (const endpoint of endpoints.splice(0)) endpoint.stop();
    },
  };
}
