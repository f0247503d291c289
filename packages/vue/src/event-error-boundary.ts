import { defineComponent, onErrorCaptured, type SlotsType, shallowRef } from "vue";

interface Caught {
  readonly error: unknown;
}

interface Slots {
  default: () => unknown;
  /** Shown in place of the content; `reset` shows it again. */
  fallback: (props: { readonly error: unknown; readonly reset: () => void }) => unknown;
}

/** Keeps what goes wrong with one event, in a component or in a callback of `useEvents`, from taking the page along. */
export const EventErrorBoundary = defineComponent({
  name: "EventErrorBoundary",
  emits: { error: (_error: unknown) => true as const },
  slots: Object as SlotsType<Slots>,
  setup(_, { slots, emit }) {
    const caught = shallowRef<Caught>();
    const reset = (): void => {
      caught.value = undefined;
    };
    onErrorCaptured((error) => {
      // What the fallback throws concerns whoever is outside: here it would be shown, and thrown, without an end.
      if (caught.value) return true;
      caught.value = { error };
      emit("error", error);
      return false;
    });
    return () => (caught.value ? slots.fallback?.({ error: caught.value.error, reset }) : slots.default?.());
  },
});
