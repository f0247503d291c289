import { createClient } from "@altavoz/client";
import { createElement, type ReactElement, StrictMode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import {
  type Binding,
  createPageDriver,
  type PageDriver,
  type Plain,
  type Use,
} from "../../client/src/bindings/page-driver.fixture.ts";
import { TENANT } from "../../client/src/bindings/stage-names.fixture.ts";
import {
  AltavozProvider,
  EventErrorBoundary,
  useBillingAlerts,
  useBillingEvents,
  useChannel,
  useConnection,
  useDeploymentEvents,
  useEvents,
  useMetricsEvents,
  useNotifications,
  usePresence,
  usePresenceEvents,
} from "./index.ts";

function useHeard(channel: string): object {
  const [heard, setHeard] = useState<readonly unknown[]>([]);
  const { subscribe } = useEvents();
  const stop = useRef(() => {});
  useEffect(() => {
    stop.current = subscribe(channel, (event) => {
      setHeard((before) => [...before, (event.data as { progress: number }).progress]);
    });
    return () => stop.current();
  }, [channel, subscribe]);
  return { heard, stop: () => stop.current() };
}

function useToasts(tenantId: string): object {
  const [toasts, setToasts] = useState<readonly unknown[]>([]);
  useNotifications(tenantId, {
    toast: (type, title, message) => setToasts((before) => [...before, [type, title, message]]),
  });
  return { toasts };
}

const hooks: Readonly<Record<Exclude<Use, "throwing">, (argument: never) => object>> = {
  useConnection,
  useChannel,
  usePresence,
  useDeploymentEvents,
  useBillingEvents,
  useMetricsEvents,
  usePresenceEvents,
  useNotifications: (tenantId) => useNotifications(tenantId),
  useBillingAlerts: (tenantId) => useBillingAlerts(tenantId),
  heard: useHeard,
  toasts: useToasts,
};

type Show = (value: object) => void;

interface ShowingProps {
  readonly use: Exclude<Use, "throwing">;
  readonly argument: Plain | undefined;
  readonly show: Show;
}

function Showing({ use, argument, show }: ShowingProps): ReactElement {
  const shown = hooks[use](argument as never);
  useLayoutEffect(() => show(shown));
  return createElement("p");
}

/** Unsubscribes nowhere: that is the hook's. */
function Throwing({ channel, show }: { readonly channel: string; readonly show: Show }): ReactElement {
  const { subscribe } = useEvents();
  useEffect(() => {
    subscribe(channel, (event) => {
      throw new Error(`cannot take ${(event.data as { progress: number }).progress}`);
    });
  }, [channel, subscribe]);
  useLayoutEffect(() => show({ content: true }));
  return createElement("p");
}

interface FallbackProps {
  readonly error: unknown;
  readonly reset: () => void;
  readonly show: Show;
}

function Fallback({ error, reset, show }: FallbackProps): ReactElement {
  useLayoutEffect(() => show({ fallback: (error as Error).message, reset }));
  return createElement("p");
}

const bounded = (channel: string, show: Show): ReactElement =>
  createElement(
    EventErrorBoundary,
    { fallback: (error, reset) => createElement(Fallback, { error, reset, show }) },
    createElement(Throwing, { channel, show }),
  );

const binding: Binding = {
  createClient: (options) => createClient({ ...options, minBackoffMs: 5, maxBackoffMs: 50 }),
  render({ client, use, args, show }) {
    const root = createRoot(document.createElement("div"), { onCaughtError: () => {} });
    const update = ([argument]: readonly Plain[]): void => {
      const content =
        use === "throwing" ? bounded(String(argument), show) : createElement(Showing, { use, argument, show });
      const application = createElement(AltavozProvider, { client, tenantId: TENANT }, content);
      flushSync(() => root.render(createElement(StrictMode, null, application)));
    };
    update(args);
    return { update, unmount: () => flushSync(() => root.unmount()) };
  },
};

export const createReactDriver = (): PageDriver => createPageDriver(binding);
