import type { Position } from "./position.ts";
import type { Payload } from "./publication.ts";

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
  /** Where a server-side subscription starts to recover from. */
  readonly recoverSince?: Position;
}
