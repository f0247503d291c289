import { type Client, type ClientOptions, createClient } from "@altavoz/client";
import {
  type App,
  type ComputedRef,
  computed,
  hasInjectionContext,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  provide,
  toValue,
} from "vue";
import type { Registered } from "./register.ts";

export interface AltavozContext {
  readonly client: Client<Registered>;
  /** Whose events the composables mean when they are given no tenant; nobody's while it is absent. */
  readonly tenantId?: MaybeRefOrGetter<string | null | undefined>;
  /** Nothing is opened while pages are rendered on a server. Default: whether there is no document. */
  readonly isServer?: boolean | undefined;
}

export type AltavozOptions = Omit<AltavozContext, "client"> &
  (ClientOptions<Registered> | { readonly client: Client<Registered> });

export interface Altavoz {
  readonly client: Client<Registered>;
  readonly install: (app: App) => void;
}

const KEY: InjectionKey<AltavozContext> = Symbol("altavoz");

/**
 * The plugin: `app.use(createAltavoz({ url, getToken }))`. It opens no connection before a composable needs it. Outside of
 * components composables work in `app.runWithContext`, and end with the `effectScope` they are called in.
 */
export function createAltavoz(options: AltavozOptions): Altavoz {
  const { tenantId, isServer, ...rest } = options;
  const client = "client" in rest ? rest.client : createClient<Registered>(rest);
  return {
    client,
    install: (app) => void app.provide(KEY, { client, tenantId, isServer }),
  };
}

/** Gives the components below another client or another tenant than the application has. */
export const provideAltavoz = (context: AltavozContext): void => provide(KEY, context);

export function useContext(): AltavozContext {
  const context = hasInjectionContext() ? inject(KEY, undefined) : undefined;
  if (!context) {
    throw new Error(
      "no Altavoz here: app.use(createAltavoz({ url, getToken })), and call composables in setup or in app.runWithContext",
    );
  }
  return context;
}

/** The client of the application, for what no composable does. */
export const useAltavoz = (): Client<Registered> => useContext().client;

/** The tenant that a composable was given; that of the application if it was given none, and nobody for `null`. */
export function useTenant(given: MaybeRefOrGetter<string | null | undefined>): ComputedRef<string | undefined> {
  const { tenantId } = useContext();
  return computed(() => {
    const wanted = toValue(given);
    return (wanted === undefined ? toValue(tenantId) : wanted) ?? undefined;
  });
}
