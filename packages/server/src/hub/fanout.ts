import { createPatch } from "../kit/delta.ts";
import type { Deadline } from "../kit/wheel.ts";
import {
  type Audience,
  createAudience,
  enterAudience,
  hasAudience,
  leaveTopic,
  quitAudience,
  returnToTopic,
  settleFresh,
} from "./audience.ts";
import type { Encoder } from "./ports/encoder.ts";
import type { Frame } from "./ports/outlet.ts";
import type { Session } from "./session.ts";
import type { Channel } from "./values/channel.ts";
import type { Payload, Position, Publication } from "./values/publication.ts";
import type { Push } from "./values/push.ts";
import { isFor, type Subscription } from "./values/subscription.ts";

/** Publications kept while somebody reads history; older ones are still in history. */
const TAIL_LIMIT = 512;

export interface Accepted {
  readonly publication: Publication;
  readonly epoch: string;
}

/** A part of the server that reads a channel along with its subscribers, and in their order. */
export interface Follower {
  publication(publication: Publication, epoch: string): void;
  /** What came next is gone for good, or belongs to another stream. */
  lost(): void;
  /** It counts among those who are promised everything. The hub's own. */
  watched: boolean;
}

/** Whether the broker's events are wanted here. */
export const isNeeded = ({ subscribers, followers }: LiveChannel): boolean => subscribers.size + followers.size > 0;

/** One channel with subscribers or followers on this node. */
export interface LiveChannel extends Deadline {
  readonly channel: Channel;
  readonly subscribers: Set<Subscription<Session>>;
  readonly followers: Set<Follower>;
  readonly audiences: Audience[];
  /** Stands for the name in the frames of those who asked for that. */
  readonly number: number;
  /** The last publication fanned out here; `undefined` until it is known. */
  position: Position | undefined;
  /** The data fanned out last, while there are subscribers who take patches against it. */
  last: Payload | undefined;
  /** Publications that wait to leave together, and until when; only where the namespace batches. */
  batch: Batch | undefined;
  /** Subscriptions that are positioned. */
  positioned: number;
  /** Resolves when the broker's subscription is as the number of subscribers wants it. */
  feed: Promise<void>;
  attached: boolean;
  /** Recoveries that read history at the moment; while there are any, `tail` keeps what is fanned out. */
  readers: number;
  tail: Publication[];
  /** Where it stood when the stream that it followed was no more; what is still on its way of that was fanned out before. */
  ended: Position | undefined;
  /** What was missing behind `position` was admitted: the next publication need not follow it. */
  broken: boolean;
  /** Publications that wait until a gap before them is filled. */
  waiting: Accepted[] | undefined;
  /** The filling of that gap. */
  filling: Promise<void> | undefined;
  /** Something may be missing behind that gap as well: the position must be compared again. */
  unsure: boolean;
  /** Attempts in a row that did not get an answer. */
  failedFills: number;
  /** From when on the stream has to be kept from ending, though nobody publishes. */
  prolongAt: number;
}

export interface Batch extends Deadline {
  accepted: Accepted[];
  /** How many it stands for, where only the last one leaves. */
  size: number;
}

/** Where who has it stands; `undefined` without a stream. */
export const positionAfter = ({ publication: { offset }, epoch }: Accepted): Position | undefined =>
  offset > 0 ? { offset, epoch } : undefined;

/** Where who gets it next stands. */
export const positionBefore = ({ publication: { offset }, epoch }: Accepted): Position | undefined =>
  offset > 0 ? { offset: offset - 1, epoch } : undefined;

/** The last publication accepted: ahead of `position` while some wait to leave together. */
export function receivedPosition(live: LiveChannel): Position | undefined {
  const last = live.batch?.accepted.at(-1);
  return (last && positionAfter(last)) ?? live.position;
}

export function createLiveChannel(channel: Channel, number: number, onDue: (live: LiveChannel) => void): LiveChannel {
  const live: LiveChannel = {
    channel,
    number,
    last: undefined,
    batch: undefined,
    subscribers: new Set(),
    followers: new Set(),
    audiences: [],
    position: undefined,
    positioned: 0,
    feed: Promise.resolve(),
    attached: false,
    readers: 0,
    tail: [],
    ended: undefined,
    broken: false,
    waiting: undefined,
    filling: undefined,
    unsure: false,
    failedFills: 0,
    prolongAt: 0,
    due: 0,
    previous: undefined,
    next: undefined,
    fire: () => onDue(live),
  };
  return live;
}

/** From the next publication on the subscriber gets everything. Must follow the reply in the same turn. */
export function joinAudience(live: LiveChannel, subscription: Subscription<Session>): void {
  let audience = live.audiences.find((each) => hasAudience(each, subscription));
  if (!audience) {
    audience = createAudience(live.channel.key, subscription);
    live.audiences.push(audience);
  }
  enterAudience(audience, subscription);
  subscription.live = true;
}

export function leaveAudience(live: LiveChannel, subscription: Subscription<Session>): void {
  if (!subscription.live) return;
  subscription.live = false;
  const index = live.audiences.findIndex((each) => hasAudience(each, subscription));
  const audience = live.audiences[index];
  if (!audience) return;
  quitAudience(audience, subscription);
  if (audience.members === 0) live.audiences.splice(index, 1);
}

/** What has been encoded of one publication: each form once per format, however many audiences take it. */
class Frames {
  readonly #base: Extract<Push, { type: "publication" }>;
  readonly #number: number;
  readonly #patch: Payload | undefined;
  readonly #made: { encoder: Encoder; compact: boolean; form: Form; frame: Frame }[] = [];

  constructor(live: LiveChannel, { publication, epoch }: Accepted, patch: Payload | undefined) {
    this.#base = { type: "publication", channel: live.channel.name, publication, epoch };
    this.#number = live.number;
    this.#patch = patch;
  }

  of({ encoder, variant: { compact } }: Audience, form: Form): Frame {
    for (const made of this.#made) {
      if (made.encoder === encoder && made.compact === compact && made.form === form) return made.frame;
    }
    let push = this.#base;
    if (compact) push = { ...push, channelId: this.#number };
    if (form === "whole") push = { ...push, delta: {} };
    if (form === "patch" && this.#patch !== undefined) push = { ...push, delta: { patch: this.#patch } };
    const frame = encoder.encode(push);
    this.#made.push({ encoder, compact, form, frame });
    return frame;
  }
}

/** "whole" and "patch" are for those who take deltas. */
type Form = "plain" | "whole" | "patch";

/**
 * Encodes once per format and form and publishes once per audience: the only delivery to subscribers. `except` is a
 * subscriber that does not get it. Returns how many get it.
 */
export function fanOutPublication(live: LiveChannel, accepted: Accepted, except?: Subscription<Session>): number {
  const { publication } = accepted;
  keepTail(live, publication);
  for (const follower of live.followers) follower.publication(publication, accepted.epoch);
  if (live.audiences.length === 0) return 0;
  const takesDeltas = live.audiences.some(({ variant }) => variant.delta);
  const patch =
    takesDeltas && publication.delta && live.last !== undefined ? createPatch(live.last, publication.data) : undefined;
  live.last = takesDeltas ? publication.data : undefined;
  const frames = new Frames(live, accepted, patch);
  const own = except?.live ? live.audiences.find((each) => hasAudience(each, except)) : undefined;
  if (own && except) leaveTopic(own, except);
  let receivers = 0;
  for (const audience of live.audiences) {
    if (!isFor(audience.variant, publication.tags)) continue;
    if (audience.variant.delta) publishDelta(audience, frames, patch === undefined ? "whole" : "patch");
    else audience.topics.publish(audience.topic, frames.of(audience, "plain"));
    receivers += audience.members;
  }
  if (!own || !except) return receivers;
  returnToTopic(own, except);
  return receivers - 1;
}

function publishDelta(audience: Audience, frames: Frames, form: Form): void {
  if (audience.members > audience.fresh.size) audience.topics.publish(audience.topic, frames.of(audience, form));
  if (audience.fresh.size === 0) return;
  audience.topics.publish(audience.freshTopic, frames.of(audience, "whole"));
  settleFresh(audience);
}

/** What is fanned out while somebody reads history is part of what that one has missed. */
export function keepTail(live: LiveChannel, publication: Publication): void {
  if (live.readers === 0 || publication.offset === 0) return;
  if (live.tail.length === TAIL_LIMIT) live.tail.shift();
  live.tail.push(publication);
}

export function fanOutPresence(live: LiveChannel, push: Push & { type: "join" | "leave" }): number {
  let receivers = 0;
  for (const { encoder, topics, variant, joinTopic, joinMembers } of live.audiences) {
    if (joinMembers === 0) continue;
    topics.publish(joinTopic, encoder.encode(variant.compact ? { ...push, channelId: live.number } : push));
    receivers += joinMembers;
  }
  return receivers;
}
