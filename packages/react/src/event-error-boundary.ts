import { Component, type ErrorInfo, type ReactNode } from "react";

export interface EventErrorBoundaryProps {
  readonly children?: ReactNode;
  /** Shown in place of the children; `reset` shows them again. */
  readonly fallback?: ReactNode | ((error: unknown, reset: () => void) => ReactNode);
  readonly onError?: (error: unknown, info: ErrorInfo) => void;
}

interface Caught {
  readonly error: unknown;
}

/** Keeps what goes wrong with one event, in a component or in a callback of `useEvents`, from taking the page along. */
export class EventErrorBoundary extends Component<EventErrorBoundaryProps, { readonly caught: Caught | null }> {
  override state: { readonly caught: Caught | null } = { caught: null };

  static getDerivedStateFromError(error: unknown): { readonly caught: Caught } {
    return { caught: { error } };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    this.props.onError?.(error, info);
  }

  override render(): ReactNode {
    const { children, fallback = null } = this.props;
    const { caught } = this.state;
    if (!caught) return children;
    return typeof fallback === "function" ? fallback(caught.error, this.#reset) : fallback;
  }

  readonly #reset = (): void => this.setState({ caught: null });
}
