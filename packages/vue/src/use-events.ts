import type { ChannelEvent, ChannelName, Publication } from "@altavoz/client";
import { callWithErrorHandling, ErrorCodes, getCurrentInstance, getCurrentScope, onScopeDispose } from "vue";
import { useAltavoz } from "./altavoz.ts";
import type { Registered } from "./register.ts";
import { useLifetime } from "./use-lifetime.ts";

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

export function useEvents(): EventsResult {
  const client = useAltavoz();
  const instance = getCurrentInstance();
  const start = useLifetime();
  const open = new Set<() => void>();
  let isOver = false;
  if (getCurrentScope()) {
    onScopeDispose(() => {
      isOver = true;
      for (const end of open) end();
    });
  }
  return {
    subscribe(channel, callback) {
      if (isOver) return () => {};
      let stop: (() => void) | undefined;
      const end = (): void => {
        open.delete(end);
        stop?.();
      };
      open.add(end);
      start(() => {
        if (!open.has(end)) return;
        stop = client
          .channel(channel)
          .onEvent((...heard) =>
            instance
              ? callWithErrorHandling(callback, instance, ErrorCodes.COMPONENT_EVENT_HANDLER, heard)
              : callback(...heard),
          );
      });
      return end;
    },
  };
}
