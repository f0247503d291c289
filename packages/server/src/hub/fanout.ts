import type { Deadline } from "../kit/wheel.ts";
import type { Channel } from "./channel.ts";
import type { Encoder } from "./ports/encoder.ts";
import type { Frame } from "./ports/outlet.ts";
import type { Topics } from "./ports/topics.ts";
import type { Position, Publication } from "./publication.ts";
import type { Push } from "./push.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** The subscribers of a channel who understand the same bytes and hang on the same listener. */
interface Audience {
  readonly encoder: Encoder;
  readonly topics: Topics;
  readonly topic: string;
  readonly joinTopic: string;
  members: number;
  joinMembers: number;
}

/** Publications kept while somebody reads history; older ones are still in history. */
const TAIL_LIMIT = 512;

/** One channel with subscribers on this node. */
export interface LiveChannel extends Deadline {
  readonly channel: Channel;
  readonly subscribers: Set<Subscription<Session>>;
  readonly audiences: Audience[];
  /** The last publication fanned out here; `undefined` until it is known. */
  position: Position | undefined;
  /** Subscriptions that are positioned. */
  positioned: number;
  /** Resolves when the broker's subscription is as the number of subscribers wants it. */
  feed: Promise<void>;
  attached: boolean;
  /** Recoveries that read history at the moment; while there are any, `tail` keeps what is fanned out. */
  readers: number;
  tail: Publication[];
  /** Publications that wait until a gap before them is filled. */
  waiting: { readonly publication: Publication; readonly epoch: string }[] | undefined;
  /** Some that waited had to be dropped: the position must be compared again. */
  waitingDropped: boolean;
}

export function createLiveChannel(channel: Channel, onDue: (live: LiveChannel) => void): LiveChannel {
  const live: LiveChannel = {
    channel,
    subscribers: new Set(),
    audiences: [],
    position: undefined,
    positioned: 0,
    feed: Promise.resolve(),
    attached: false,
    readers: 0,
    tail: [],
    waiting: undefined,
    waitingDropped: false,
    due: 0,
    previous: undefined,
    next: undefined,
    fire: () => onDue(live),
  };
  return live;
}

/** From the next publication on the subscriber gets everything. Must follow the reply in the same turn. */
export function joinAudience(live: LiveChannel, subscription: Subscription<Session>): void {
  const { outlet, encoder, topics } = subscription.owner;
  let audience = live.audiences.find((a) => a.encoder === encoder && a.topics === topics);
  if (!audience) {
    const topic = `${live.channel.key} ${encoder.id}`;
    audience = { encoder, topics, topic, joinTopic: `${topic} jl`, members: 0, joinMembers: 0 };
    live.audiences.push(audience);
  }
  audience.members++;
  topics.join(outlet, audience.topic);
  if (subscription.joinLeave) {
    audience.joinMembers++;
    topics.join(outlet, audience.joinTopic);
  }
  subscription.live = true;
}

export function leaveAudience(live: LiveChannel, subscription: Subscription<Session>): void {
  if (!subscription.live) return;
  subscription.live = false;
  const { outlet, encoder, topics } = subscription.owner;
  const index = live.audiences.findIndex((a) => a.encoder === encoder && a.topics === topics);
  const audience = live.audiences[index];
  if (!audience) return;
  topics.leave(outlet, audience.topic);
  if (subscription.joinLeave) {
    audience.joinMembers--;
    topics.leave(outlet, audience.joinTopic);
  }
  if (--audience.members === 0) live.audiences.splice(index, 1);
}

/** Encodes once per format and publishes once per audience: the only delivery to subscribers. Returns how many get it. */
export function fanOutPublication(live: LiveChannel, publication: Publication, epoch: string): number {
  if (live.readers > 0 && publication.offset > 0) {
    if (live.tail.length === TAIL_LIMIT) live.tail.shift();
    live.tail.push(publication);
  }
  if (live.audiences.length === 0) return 0;
  const push: Push = { type: "publication", channel: live.channel.name, publication, epoch };
  let receivers = 0;
  let frame: Frame = "";
  let encodedBy: Encoder | undefined;
  for (const audience of live.audiences) {
    if (audience.encoder !== encodedBy) {
      frame = audience.encoder.encode(push);
      encodedBy = audience.encoder;
    }
    audience.topics.publish(audience.topic, frame);
    receivers += audience.members;
  }
  return receivers;
}

export function fanOutPresence(live: LiveChannel, push: Push & { type: "join" | "leave" }): number {
  let receivers = 0;
  for (const audience of live.audiences) {
    if (audience.joinMembers === 0) continue;
    audience.topics.publish(audience.joinTopic, audience.encoder.encode(push));
    receivers += audience.joinMembers;
  }
  return receivers;
}
