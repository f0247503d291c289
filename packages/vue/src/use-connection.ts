import { type ConnectionState, idleConnection } from "@altavoz/client";
import { type ComputedRef, computed } from "vue";
import { useAltavoz } from "./altavoz.ts";
import { type RefsOf, refsOf, useStore } from "./use-store.ts";

export interface ConnectionResult extends RefsOf<ConnectionState, "status" | "reason" | "attempts" | "url" | "client"> {
  readonly isConnected: ComputedRef<boolean>;
  /** Tries now; after `failed`, again. */
  readonly connect: () => void;
}

/** The one connection of the application, as it is. Looking at it does not open it: channels do, or `connect()`. */
export function useConnection(): ConnectionResult {
  const client = useAltavoz();
  const state = useStore<ConnectionState>(() => client.connection, idleConnection);
  return {
    ...refsOf(state, ["status", "reason", "attempts", "url", "client"]),
    isConnected: computed(() => state.value.status === "live"),
    connect: client.connect,
  };
}
