import { type ChannelName, idlePresence, type PresenceState } from "@altavoz/client";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { useAltavoz } from "./altavoz.ts";
import type { Registered } from "./register.ts";
import { type RefsOf, refsOf, useStore } from "./use-store.ts";

export interface PresenceResult<Info> extends RefsOf<PresenceState<Info>, "status" | "reason" | "members" | "users"> {
  /** Asks the hub again. */
  readonly refresh: () => Promise<void>;
}

/** Who is in a channel now; `null` for no channel yet. */
export function usePresence<Info = unknown>(
  name: MaybeRefOrGetter<ChannelName<Registered> | null | undefined>,
): PresenceResult<Info> {
  const client = useAltavoz();
  const presence = computed(() => {
    const wanted = toValue(name);
    return wanted ? client.presence<Info>(wanted) : undefined;
  });
  const state = useStore<PresenceState<Info>>(() => presence.value, idlePresence);
  return {
    ...refsOf(state, ["status", "reason", "members", "users"]),
    refresh: async () => presence.value?.refresh(),
  };
}
