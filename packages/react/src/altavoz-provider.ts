import type { Client } from "@altavoz/client";
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useMemo } from "react";
import type { Registered } from "./register.ts";

interface Altavoz {
  readonly client: Client<Registered>;
  readonly tenantId: string | undefined;
}

const Context = createContext<Altavoz | undefined>(undefined);

export interface AltavozProviderProps {
  /** One for the whole application, from `createClient`. It opens no connection before a hook needs it. */
  readonly client: Client<Registered>;
  /** Whose events the hooks mean when they are given no tenant; nobody's while it is absent. */
  readonly tenantId?: string | null | undefined;
  readonly children?: ReactNode;
}

export function AltavozProvider({ client, tenantId, children }: AltavozProviderProps): ReactElement {
  const value = useMemo(() => ({ client, tenantId: tenantId ?? undefined }), [client, tenantId]);
  return createElement(Context.Provider, { value }, children);
}

function useProvided(): Altavoz {
  const provided = useContext(Context);
  if (!provided)
    throw new Error("no Altavoz here: put the component inside of <AltavozProvider client={createClient({ … })}>");
  return provided;
}

/** The client of the application, for what no hook does. */
export const useAltavoz = (): Client<Registered> => useProvided().client;

/** The tenant that a hook was given; that of the provider if it was given none, and nobody for `null`. */
export function useTenant(given: string | null | undefined): string | undefined {
  const { tenantId } = useProvided();
  return given === undefined ? tenantId : (given ?? undefined);
}
