import { type ChannelName, idlePresence, type PresenceState } from "@altavoz/client";
import { useMemo } from "react";
import { useAltavoz } from "./altavoz-provider.ts";
import type { Registered } from "./register.ts";
import { useStore } from "./use-store.ts";

export interface PresenceResult<Info> extends PresenceState<Info> {
  /** Asks the hub again. */
  readonly refresh: () => Promise<void>;
}

/** Who is in a channel now; `null` for no channel yet. */
export function usePresence<Info = unknown>(name: ChannelName<Registered> | null | undefined): PresenceResult<Info> {
  const client = useAltavoz();
  const presence = useMemo(() => (name ? client.presence<Info>(name) : undefined), [client, name]);
  const state = useStore<PresenceState<Info>>(presence, idlePresence);
  return { ...state, refresh: presence?.refresh ?? nothing };
}

const nothing = async (): Promise<void> => {};
