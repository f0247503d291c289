import type { Centrifuge, ClientEvents, Subscription, SubscriptionEvents, SubscriptionOptions } from "centrifuge";
import { type Journal, journal } from "./journal.ts";

/** What a client of the official library tells about one kind of event, from now on. */
export const heard = <E extends keyof ClientEvents>(
  client: Centrifuge,
  event: E,
): Journal<Parameters<ClientEvents[E]>[0]> => journal((note) => client.on(event, note as ClientEvents[E]));

type Listen<E extends keyof SubscriptionEvents> = (event: E, listener: SubscriptionEvents[E]) => unknown;

/** The same of one of its subscriptions. */
export const heardIn = <E extends keyof SubscriptionEvents>(
  subscription: Subscription,
  event: E,
): Journal<Parameters<SubscriptionEvents[E]>[0]> =>
  journal((note) => (subscription.on.bind(subscription) as Listen<E>)(event, note as SubscriptionEvents[E]));

/** Subscribes, and resolves when the server has agreed. */
export async function subscribed(
  client: Centrifuge,
  channel: string,
  options: Partial<SubscriptionOptions> = {},
): Promise<Subscription> {
  const subscription = client.newSubscription(channel, options);
  subscription.subscribe();
  await subscription.ready();
  return subscription;
}
