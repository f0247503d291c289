import type { Centrifuge, ClientInfo, PublicationContext, Subscription } from "centrifuge";
import { type ShallowRef, shallowRef } from "vue";
import { type ApiAnswer, callApi } from "./server-api.ts";
import type { TimedSession } from "./session.ts";

const KEPT_MESSAGES = 20;
const ECHO_TIMEOUT_MS = 3000;

export interface ReceivedPublication {
  readonly offset: number;
  readonly text: string;
  /** Browser time of the arrival, in milliseconds. */
  readonly at: number;
}

export interface Visitor {
  readonly client: string;
  readonly user: string;
}

export type PublishOutcome =
  /** `echoMs`: from the click until the publication came back to this page. */
  | { readonly kind: "published"; readonly offset: number; readonly echoMs: number | undefined }
  | Exclude<ApiAnswer, { kind: "result" }>;

export interface ChatFeed {
  readonly received: ShallowRef<readonly ReceivedPublication[]>;
  /** Absent until the hub has answered. */
  readonly visitors: ShallowRef<readonly Visitor[] | undefined>;
  attach(client: Centrifuge, session: TimedSession): void;
  publish(session: TimedSession, data: unknown): Promise<PublishOutcome>;
}

export function createChatFeed(): ChatFeed {
  const received = shallowRef<readonly ReceivedPublication[]>([]);
  const visitors = shallowRef<readonly Visitor[]>();
  const arrivals = new Map<number, PromiseWithResolvers<number>>();

  /** When the publication with this offset arrives, or arrived. */
  function arrival(offset: number): PromiseWithResolvers<number> {
    const known = arrivals.get(offset) ?? Promise.withResolvers<number>();
    arrivals.set(offset, known);
    for (const old of arrivals.keys()) {
      if (arrivals.size <= KEPT_MESSAGES) break;
      arrivals.delete(old);
    }
    return known;
  }

  function receive({ offset = 0, data }: PublicationContext): void {
    arrival(offset).resolve(performance.now());
    received.value = [{ offset, text: JSON.stringify(data), at: Date.now() }, ...received.value].slice(
      0,
      KEPT_MESSAGES,
    );
  }

  async function refreshVisitors(subscription: Subscription): Promise<void> {
    try {
      const { clients } = await subscription.presence();
      visitors.value = Object.values(clients)
        .map(({ client, user }: ClientInfo) => ({ client, user }))
        .sort((a, b) => (a.user < b.user ? -1 : 1));
    } catch {
      // Not connected at the moment; the next subscription asks again.
    }
  }

  function attach(client: Centrifuge, session: TimedSession): void {
    const subscription = client.newSubscription(session.channels.chat, {
      recoverable: true,
      positioned: true,
      joinLeave: true,
    });
    const refresh = (): void => void refreshVisitors(subscription);
    subscription.on("publication", receive);
    for (const event of ["subscribed", "join", "leave"] as const) subscription.on(event, refresh);
    subscription.subscribe();
  }

  async function publish(session: TimedSession, data: unknown): Promise<PublishOutcome> {
    const started = performance.now();
    const answer = await callApi(session, "publish", { channel: session.channels.chat, data });
    if (answer.kind !== "result") return answer;
    const offset = Number(answer.result.offset ?? 0);
    const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, ECHO_TIMEOUT_MS));
    const arrived = await Promise.race([arrival(offset).promise, timeout]);
    return { kind: "published", offset, echoMs: arrived === undefined ? undefined : arrived - started };
  }

  return { received, visitors, attach, publish };
}
