import type { ChannelEvent, ChannelName, Publication } from "@altavoz/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useAltavoz } from "./altavoz-provider.ts";
import type { Registered } from "./register.ts";

export interface EventsResult {
  /**
   * Calls `callback` with each event of the channel, in order, also with those that were missed while the connection was
   * cut. Ends with the returned function, or with the component. What `callback` throws reaches the nearest error boundary.
   */
  readonly subscribe: <const Name extends ChannelName<Registered>>(
    channel: Name,
    callback: (event: ChannelEvent<Registered, Name>, publication: Publication<ChannelEvent<Registered, Name>>) => void,
  ) => () => void;
}

/** For effects and event handlers; what is rendered comes from the other hooks. */
export function useEvents(): EventsResult {
  const client = useAltavoz();
  const [, rethrow] = useState<unknown>();
  const phase = useRef<"rendering" | "mounted" | "gone">("rendering");
  const open = useRef(new Set<() => void>());
  useEffect(() => {
    const ends = open.current;
    phase.current = "mounted";
    return () => {
      phase.current = "gone";
      for (const end of ends) end();
    };
  }, []);
  const subscribe: EventsResult["subscribe"] = useCallback(
    (channel, callback) => {
      if (phase.current === "rendering") {
        throw new Error("subscribe in an effect or an event handler: rendering must not open anything");
      }
      if (phase.current === "gone") return () => {};
      const stop = client.channel(channel).onEvent((event, publication) => {
        try {
          callback(event, publication);
        } catch (error) {
          rethrow(() => {
            throw error;
          });
        }
      });
      const end = (): void => {
        open.current.delete(end);
        stop();
      };
      open.current.add(end);
      return end;
    },
    [client],
  );
  return useMemo(() => ({ subscribe }), [subscribe]);
}
