import type { EventEnvelope } from "@altavoz/events";
import type { Publication } from "./arrivals.ts";
import { type ChannelCore, type ChannelState, IDLE } from "./channel-core.ts";
import type { Store } from "./store.ts";

/**
 * A channel as the application sees it. Whoever listens holds the subscription open; all of them on this client share one,
 * and it closes a moment after the last has left.
 */
export interface Channel<E = EventEnvelope> extends Store<ChannelState<E>> {
  readonly name: string;
  /** Calls `listener` with each event, in order, also with those that were published while the client was away. */
  readonly onEvent: (listener: (event: E, publication: Publication<E>) => void) => () => void;
  /** The newest publications that the hub still has, the oldest of them first; only while `live`, and if the hub allows it. */
  readonly history: (limit: number) => Promise<readonly Publication<E>[]>;
  /** After `failed`: asks the hub again. */
  readonly retry: () => void;
}

/** `open` finds the shared subscription or makes one, `peek` only finds it. */
export function createChannel<E>(
  name: string,
  { open, peek }: { readonly open: () => ChannelCore; readonly peek: () => ChannelCore | undefined },
): Channel<E> {
  const holding = (listen: (core: ChannelCore) => () => void): (() => void) => {
    const core = open();
    const stop = listen(core);
    const release = core.hold();
    return () => {
      stop();
      release();
    };
  };
  return {
    name,
    // What is published in the channel has this type by the catalogue's word; the hub is who holds publishers to it.
    get: () => (peek()?.get() ?? IDLE) as ChannelState<E>,
    subscribe: (listener) => holding((core) => core.subscribe(listener)),
    onEvent: (listener) =>
      holding((core) =>
        core.publications.add((publication) => listener(publication.event as E, publication as Publication<E>)),
      ),
    history: async (limit) => ((await peek()?.history(limit)) ?? []) as readonly Publication<E>[],
    retry: () => peek()?.retry(),
  };
}
