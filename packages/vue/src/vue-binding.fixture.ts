import { createClient } from "@altavoz/client";
import {
  createApp,
  defineComponent,
  h,
  type MaybeRefOrGetter,
  onMounted,
  onUnmounted,
  proxyRefs,
  type ShallowRef,
  shallowRef,
  toValue,
  type VNode,
} from "vue";
import {
  type Binding,
  createPageDriver,
  type PageDriver,
  type Use,
} from "../../client/src/bindings/page-driver.fixture.ts";
import { TENANT } from "../../client/src/bindings/stage-names.fixture.ts";
import {
  createAltavoz,
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

type Given = MaybeRefOrGetter<never>;

/** As the guide writes it: subscribe in `onMounted`, and unsubscribe in an `onUnmounted` inside of it. */
function useHeard(channel: Given): object {
  const heard = shallowRef<readonly unknown[]>([]);
  const { subscribe } = useEvents();
  let stop = (): void => {};
  onMounted(() => {
    const unsubscribe = subscribe(toValue(channel), (event) => {
      heard.value = [...heard.value, (event.data as { progress: number }).progress];
    });
    stop = unsubscribe;
    onUnmounted(() => unsubscribe());
  });
  return { heard, stop: () => stop() };
}

function useToasts(tenantId: Given): object {
  const toasts = shallowRef<readonly unknown[]>([]);
  useNotifications(tenantId, {
    toast(type, title, message) {
      toasts.value = [...toasts.value, [type, title, message]];
    },
  });
  return { toasts };
}

const hooks: Readonly<Record<Exclude<Use, "throwing">, (argument: Given) => object>> = {
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

const Showing = defineComponent(
  (props: { readonly use: Exclude<Use, "throwing">; readonly argument: () => never; readonly show: Show }) => {
    const shown = proxyRefs(hooks[props.use](props.argument));
    return () => {
      props.show({ ...shown });
      return h("p");
    };
  },
  { props: ["use", "argument", "show"] },
);

/** Unsubscribes nowhere: that is the composable's. */
const Throwing = defineComponent(
  (props: { readonly channel: string; readonly show: Show }) => {
    useEvents().subscribe(props.channel, (event) => {
      throw new Error(`cannot take ${(event.data as { progress: number }).progress}`);
    });
    return () => {
      props.show({ content: true });
      return h("p");
    };
  },
  { props: ["channel", "show"] },
);

const bounded = (channel: string, show: Show): VNode =>
  h(EventErrorBoundary, null, {
    default: () => h(Throwing, { channel, show }),
    fallback: ({ error, reset }: { error: unknown; reset: () => void }) => {
      show({ fallback: (error as Error).message, reset });
      return h("p");
    },
  });

const binding: Binding = {
  createClient: (options) => createClient({ ...options, minBackoffMs: 5, maxBackoffMs: 50 }),
  render({ client, use, args, show }) {
    const current: ShallowRef<readonly unknown[]> = shallowRef(args);
    const argument = (): never => current.value[0] as never;
    const app = createApp(() => (use === "throwing" ? bounded(argument(), show) : h(Showing, { use, argument, show })));
    app.use(createAltavoz({ client, tenantId: TENANT }));
    app.mount(document.createElement("div"));
    return {
      update: (next) => {
        current.value = next;
      },
      unmount: () => app.unmount(),
    };
  },
};

export const createVueDriver = (): PageDriver => createPageDriver(binding);
