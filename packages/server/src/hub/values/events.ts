/**
 * What happened, as one union. Metrics, audit and webhooks listen; the hub calls none of them by name.
 * Nothing here is emitted per delivery.
 */
export type HubEvent =
  | { readonly type: "session_opened"; readonly transport: string }
  | { readonly type: "connected"; readonly tenant: string; readonly transport: string; readonly clientName: string }
  | {
      readonly type: "disconnected";
      readonly tenant: string;
      readonly transport: string;
      readonly clientName: string;
      readonly code: number;
      readonly byServer: boolean;
      /** False when the session ended before it was authenticated. */
      readonly connected: boolean;
    }
  | { readonly type: "refused"; readonly reason: "connection_limit" | "connection_rate" }
  | { readonly type: "subscribed"; readonly tenant: string; readonly namespace: string }
  | { readonly type: "unsubscribed"; readonly tenant: string; readonly namespace: string; readonly code: number }
  | { readonly type: "occupied" | "vacated"; readonly tenant: string; readonly channel: string }
  | {
      readonly type: "published";
      readonly tenant: string;
      readonly namespace: string;
      readonly durationMs: number;
      readonly bytes: number;
    }
  | { readonly type: "suppressed"; readonly tenant: string }
  | {
      readonly type: "delivered";
      readonly kind: "publication" | "join" | "leave";
      readonly tenant: string;
      readonly subscribers: number;
    }
  | { readonly type: "recovered"; readonly tenant: string; readonly recovered: boolean; readonly publications: number }
  | { readonly type: "insufficient_state"; readonly tenant: string; readonly subscribers: number }
  | { readonly type: "command"; readonly method: string; readonly durationMs: number; readonly errorCode: number }
  | {
      /** The application was asked. */
      readonly type: "asked";
      readonly question: "connect" | "refresh" | "subscribe" | "sub_refresh" | "publish" | "rpc";
      /** Name of the backend in the configuration; "" for the process that the hub is part of. */
      readonly backend: string;
      readonly durationMs: number;
      /** `failed`: no usable answer came. `spared`: it was not asked, because it is down or has enough to do. */
      readonly outcome: "answered" | "failed" | "spared";
    }
  | { readonly type: "pong"; readonly transport: string; readonly roundTripMs: number };

export type HubListener = (event: HubEvent) => void;
