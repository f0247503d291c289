import {
  type ChannelEvent,
  type ChannelName,
  type ChannelOptions,
  type ChannelState,
  idleChannel,
} from "@altavoz/client";
import { useMemo } from "react";
import { useAltavoz } from "./altavoz-provider.ts";
import type { Registered } from "./register.ts";
import { useStore } from "./use-store.ts";

export interface ChannelResult<E> extends ChannelState<E> {
  /** After `failed`: asks the hub again. */
  readonly retry: () => void;
}

/**
 * The newest publication of a channel, and how far to trust it. All components that name a channel share one subscription;
 * the options of the first one count. `null` for no channel yet.
 */
export function useChannel<const Name extends ChannelName<Registered>>(
  name: Name | null | undefined,
  options?: ChannelOptions,
): ChannelResult<ChannelEvent<Registered, Name>> {
  const client = useAltavoz();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a subscription keeps the options it was opened with.
  const channel = useMemo(() => (name ? client.channel(name, options) : undefined), [client, name]);
  const state = useStore<ChannelState<ChannelEvent<Registered, Name>>>(channel, idleChannel);
  return { ...state, retry: channel?.retry ?? nothing };
}

const nothing = (): void => {};
