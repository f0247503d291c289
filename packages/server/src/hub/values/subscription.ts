import { canonical, type Filter, matchesFilter } from "../../kit/filter.ts";
import type { TokenInfo } from "../ports/revocations.ts";
import type { Channel } from "./channel.ts";
import type { Payload, Position, Publication, Tags } from "./publication.ts";

/** Subscribe, publish, read presence (and joins), read history (and recover). */
export type CapabilityAction = "sub" | "pub" | "prs" | "hst";

/** Overrides of namespace options for one subscription. */
export interface SubscribeOverride {
  readonly presence?: boolean;
  readonly joinLeave?: boolean;
  readonly forceRecovery?: boolean;
  readonly forcePositioning?: boolean;
  readonly forcePushJoinLeave?: boolean;
}

/** What a verified token or the server gives with a subscription. `expireAt` in seconds since the Unix epoch, 0 never. */
export interface SubscribeGrant {
  readonly expireAt: number;
  readonly info?: Payload;
  /** Handed to the client with the subscription. */
  readonly data?: Payload;
  readonly override?: SubscribeOverride;
  /** What it opens in its channel besides what the namespace and the connection may. */
  readonly allow?: readonly CapabilityAction[];
  /** Only publications whose tags fit it, whatever the client asks for. */
  readonly filter?: Filter;
  /** Where a server-side subscription starts to recover from. */
  readonly recoverSince?: Position;
  /** Absent when no token of its own gave it. */
  readonly token?: TokenInfo;
}

/** Why a subscription is there: the rule by which a client may, or who gave it. */
export type SubscriptionSource =
  | "role"
  | "userLimited"
  | "namespace"
  | "capability"
  | "insecure"
  | "application"
  | "subscriptionToken"
  | "connectionToken"
  | "personal"
  | "serverApi";

/** One session in one channel. `Owner` is the session; a parameter so that this file stays a leaf. */
export interface Subscription<Owner> {
  readonly owner: Owner;
  readonly channel: Channel;
  /** Given by the server, not asked for by the client: an end of it ends the connection where a client's is only unsubscribed. */
  readonly serverSide: boolean;
  readonly source: SubscriptionSource;
  /** The reply has left and the outlet is in the channel's topic. */
  live: boolean;
  /** The reply has left, and older publications are on their way before the outlet joins the topic. */
  following: boolean;
  /** The hub watches that nothing is missing, and says so when something is. */
  positioned: boolean;
  recoverable: boolean;
  /** In what its frames differ from those of others in the same format. */
  readonly variant: Variant;
  /** Wants join and leave pushes. */
  joinLeave: boolean;
  /** Is listed in presence. */
  present: boolean;
  /** Others are told of its coming and going. */
  announced: boolean;
  /** Seconds since the Unix epoch; 0 never. */
  expireAt: number;
  info: Payload | undefined;
  /** What it opens in its channel besides what the namespace and the connection may. */
  allow: readonly CapabilityAction[];
  /** The filter that the server set, which also holds for history. */
  readonly serverFilter: Filter | undefined;
  /** The token that gave it, when one did. */
  token: TokenInfo | undefined;
}

/** How a subscription begins for its client. */
export interface SubscribeResult {
  readonly expires: boolean;
  /** Seconds. */
  readonly ttl: number;
  readonly positioned: boolean;
  readonly recoverable: boolean;
  /** Where the subscriber stands before `publications`; only when positioned. */
  readonly position?: Position;
  readonly wasRecovering: boolean;
  readonly recovered: boolean;
  readonly publications: readonly Publication[];
  readonly data?: Payload;
  /** Publications come as deltas where that is shorter; their data is marked as such or stands as a string. */
  readonly delta?: boolean;
  /** Stands for the channel's name in pushes. */
  readonly channelId?: number;
}

/** What the frames of a subscriber differ in besides their format. Who agrees in it shares every frame. */
export interface Variant {
  /** Equal for equal variants; part of topic names. */
  readonly id: string;
  /** A number stands for the channel's name. */
  readonly compact: boolean;
  readonly delta: boolean;
  /** Only publications whose tags it fits. */
  readonly filter: Filter | undefined;
}

export const plainVariant: Variant = { id: "", compact: false, delta: false, filter: undefined };

export function createVariant({ compact, delta, filter }: Omit<Variant, "id">): Variant {
  if (!compact && !delta && !filter) return plainVariant;
  const marks = `${compact ? " c" : ""}${delta ? " d" : ""}`;
  return { id: filter ? `${marks} f${canonical(filter)}` : marks, compact, delta, filter };
}

export const isFor = ({ filter }: Variant, tags: Tags | undefined): boolean =>
  filter === undefined || matchesFilter(filter, tags ?? {});
