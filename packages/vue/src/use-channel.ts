import {
  type ChannelEvent,
  type ChannelName,
  type ChannelOptions,
  type ChannelState,
  idleChannel,
} from "@altavoz/client";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { useAltavoz } from "./altavoz.ts";
import type { Registered } from "./register.ts";
import { type RefsOf, refsOf, useStore } from "./use-store.ts";

export interface ChannelResult<E>
  extends RefsOf<ChannelState<E>, "status" | "reason" | "last" | "recovery" | "position"> {
  /** After `failed`: asks the hub again. */
  readonly retry: () => void;
}

/**
 * The newest publication of a channel, and how far to trust it. All components that name a channel share one subscription;
 * the options of the first one count. `null` for no channel yet.
 */
export function useChannel<const Name extends ChannelName<Registered>>(
  name: MaybeRefOrGetter<Name | null | undefined>,
  options?: ChannelOptions,
): ChannelResult<ChannelEvent<Registered, Name>> {
  const client = useAltavoz();
  const channel = computed(() => {
    const wanted = toValue(name);
    return wanted ? client.channel(wanted, options) : undefined;
  });
  const state = useStore<ChannelState<ChannelEvent<Registered, Name>>>(() => channel.value, idleChannel);
  return {
    ...refsOf(state, ["status", "reason", "last", "recovery", "position"]),
    retry: () => channel.value?.retry(),
  };
}
