import type { Follower } from "../fanout.ts";
import { checkKey } from "../gate.ts";
import type { Hub } from "../hub.ts";
import type { Caller } from "../session.ts";
import { resolveChannel } from "../values/channel.ts";
import { HubError } from "../values/errors.ts";
import type { Position, Publication } from "../values/publication.ts";

export interface FollowRequest {
  readonly channel: string;
  /** Each publication once, in offset order; what was missing on the way has been fetched from history. */
  publication(publication: Publication, epoch: string): void;
  /** What comes next does not follow what was delivered: part of it cannot be had any more. */
  lost?(): void;
}

/** A channel that is being read. */
export interface Following {
  /** The last publication that this node delivered; `undefined` in a channel without history. */
  position(): Position | undefined;
  end(): void;
}

/**
 * The server reads a channel for itself, as subscribers do: the same order, gaps filled, one feed for all who read it on
 * this node. It is no subscriber: nobody sees it in presence, and it does not make the channel occupied. When it resolves
 * every later publication will be delivered.
 *
 * Throws `HubError` unknownChannel, badRequest, permissionDenied; internal when the engine does not answer.
 */
export async function follow(hub: Hub, caller: Caller, request: FollowRequest): Promise<Following> {
  const channel = resolveChannel(request.channel, caller, hub.names);
  checkKey(caller, channel);
  // What a reader throws would end the delivery to subscribers that come after it.
  const failed = (error: unknown): void => hub.log.error("a reader of a channel failed", { error });
  const follower: Follower = {
    publication(publication, epoch) {
      try {
        request.publication(publication, epoch);
      } catch (error) {
        failed(error);
      }
    },
    lost() {
      try {
        request.lost?.();
      } catch (error) {
        failed(error);
      }
    },
    watched: false,
  };
  const end = (): void => hub.channels.unfollow(channel, follower);
  try {
    await hub.channels.follow(channel, follower);
  } catch (error) {
    end();
    hub.log.error("a channel could not be followed", { error });
    throw new HubError("internal");
  }
  return { position: () => hub.channels.live.get(channel.key)?.position, end };
}
