import type { Centrifuge } from "centrifuge";
import { callApi } from "./server-api.ts";
import type { TimedSession } from "./session.ts";

export interface Attempt {
  readonly way: "subscribe" | "publish";
  readonly channel: string;
  readonly outcome:
    | { readonly kind: "refused"; readonly code: number; readonly message: string }
    /** It worked: isolation is broken. */
    | { readonly kind: "allowed" }
    | { readonly kind: "unreachable" };
}

/** Tries to get at a channel of the other tenant with what the visitor has: the connection and the key. */
export async function tryOtherTenant(client: Centrifuge, session: TimedSession): Promise<readonly Attempt[]> {
  const channel = `tenant:${session.otherTenant}:notifications`;
  return [
    { way: "subscribe", channel, outcome: await trySubscribe(client, channel) },
    { way: "publish", channel, outcome: await tryPublish(session, channel) },
  ];
}

async function trySubscribe(client: Centrifuge, channel: string): Promise<Attempt["outcome"]> {
  const subscription = client.newSubscription(channel);
  const outcome = await new Promise<Attempt["outcome"]>((resolve) => {
    subscription.on("subscribed", () => resolve({ kind: "allowed" }));
    subscription.on("error", ({ error }) => resolve({ kind: "refused", code: error.code, message: error.message }));
    subscription.on("unsubscribed", ({ code, reason }) => resolve({ kind: "refused", code, message: reason }));
    setTimeout(() => resolve({ kind: "unreachable" }), 3000);
    subscription.subscribe();
  });
  subscription.unsubscribe();
  client.removeSubscription(subscription);
  return outcome;
}

async function tryPublish(session: TimedSession, channel: string): Promise<Attempt["outcome"]> {
  const answer = await callApi(session, "publish", { channel, data: { type: "intrusion" } });
  return answer.kind === "result" ? { kind: "allowed" } : answer;
}
