import type { Encoder } from "./ports/encoder.ts";
import type { Topics } from "./ports/topics.ts";
import type { Session } from "./session.ts";
import type { Subscription, Variant } from "./values/subscription.ts";

/** The subscribers of a channel who get the same bytes and hang on the same listener: one topic. */
export interface Audience {
  readonly encoder: Encoder;
  readonly topics: Topics;
  readonly variant: Variant;
  readonly topic: string;
  readonly joinTopic: string;
  /** Where those wait who cannot take a patch yet: they have no publication before. */
  readonly freshTopic: string;
  readonly fresh: Set<Subscription<Session>>;
  members: number;
  joinMembers: number;
}

export function createAudience(key: string, subscription: Subscription<Session>): Audience {
  const { owner, variant } = subscription;
  const { encoder, topics } = owner;
  const topic = `${key} ${encoder.id}${variant.id}`;
  return {
    encoder,
    topics,
    variant,
    topic,
    joinTopic: `${topic} jl`,
    freshTopic: `${topic} new`,
    fresh: new Set(),
    members: 0,
    joinMembers: 0,
  };
}

export function hasAudience(audience: Audience, { owner, variant }: Subscription<Session>): boolean {
  return audience.encoder === owner.encoder && audience.topics === owner.topics && audience.variant.id === variant.id;
}

export function enterAudience(audience: Audience, subscription: Subscription<Session>): void {
  const { outlet } = subscription.owner;
  audience.members++;
  if (audience.variant.delta) startAnew(audience, subscription);
  else audience.topics.join(outlet, audience.topic);
  if (!subscription.joinLeave) return;
  audience.joinMembers++;
  audience.topics.join(outlet, audience.joinTopic);
}

export function quitAudience(audience: Audience, subscription: Subscription<Session>): void {
  const { outlet } = subscription.owner;
  audience.members--;
  leaveTopic(audience, subscription);
  if (!subscription.joinLeave) return;
  audience.joinMembers--;
  audience.topics.leave(outlet, audience.joinTopic);
}

/** Takes a subscriber out of the next publications without ending its membership. */
export function leaveTopic(audience: Audience, subscription: Subscription<Session>): void {
  const fresh = audience.fresh.delete(subscription);
  audience.topics.leave(subscription.owner.outlet, fresh ? audience.freshTopic : audience.topic);
}

/** Back after `leaveTopic`: where deltas are spoken, what was missed makes the next one whole. */
export function returnToTopic(audience: Audience, subscription: Subscription<Session>): void {
  if (audience.variant.delta) startAnew(audience, subscription);
  else audience.topics.join(subscription.owner.outlet, audience.topic);
}

function startAnew(audience: Audience, subscription: Subscription<Session>): void {
  audience.fresh.add(subscription);
  audience.topics.join(subscription.owner.outlet, audience.freshTopic);
}

/** Those who have just got a whole publication take patches from now on. */
export function settleFresh(audience: Audience): void {
  for (const { owner } of audience.fresh) {
    audience.topics.leave(owner.outlet, audience.freshTopic);
    audience.topics.join(owner.outlet, audience.topic);
  }
  audience.fresh.clear();
}
