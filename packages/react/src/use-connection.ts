import { type ConnectionState, idleConnection } from "@altavoz/client";
import { useAltavoz } from "./altavoz-provider.ts";
import { useStore } from "./use-store.ts";

export interface ConnectionResult extends ConnectionState {
  readonly isConnected: boolean;
  /** Tries now; after `failed`, again. */
  readonly connect: () => void;
}

/** The one connection of the application, as it is. Looking at it does not open it: channels do, or `connect()`. */
export function useConnection(): ConnectionResult {
  const client = useAltavoz();
  const state = useStore(client.connection, idleConnection);
  return { ...state, isConnected: state.status === "live", connect: client.connect };
}
