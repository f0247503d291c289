import type { LiveChannel } from "../fanout.ts";
import type { Hub } from "../hub.ts";
import { continueFrom } from "../recovery.ts";
import type { Session } from "../session.ts";
import type { Position, Publication } from "../values/publication.ts";
import type { Push } from "../values/push.ts";
import { isFor, type Subscription } from "../values/subscription.ts";

interface FollowUp {
  readonly live: LiveChannel;
  readonly subscription: Subscription<Session>;
  /** What the reply ended with. */
  readonly since: Position;
}

/** A reader with more than this in its queue is waited for. */
const QUEUE_BYTES = 128 * 1024;
const QUEUE_LOOK_MS = 10;

/**
 * Brings a subscriber that missed more than one reply holds up to the present: page by page, as fast as it reads, and
 * joins the topic in the turn in which nothing is missing any more. What can no longer be had is admitted.
 */
export function followUp(hub: Hub, { live, subscription, since }: FollowUp): void {
  subscription.following = true;
  hub.background(
    follow(hub, { live, subscription, since }).catch((error: unknown) => {
      hub.channels.giveUp(subscription);
      throw error;
    }),
    "a long recovery",
  );
}

async function follow(hub: Hub, { live, subscription, since }: FollowUp): Promise<void> {
  const { owner: session } = subscription;
  let at = since;
  while (subscription.following) {
    await queueIsShort(hub, session);
    live.readers++;
    try {
      const page = await hub.channels.read(live, { since: at, limit: hub.settings.recoveryLimit });
      if (!subscription.following) return;
      const top = hub.channels.learn(live, page.top);
      const { end, publications } = continueFrom(at, page, { tail: live.tail, top });
      if (end === "lost") return hub.channels.giveUp(subscription);
      // This node claims to have had more than there is: one of both is wrong.
      if (publications.length === 0 && end === "more") hub.channels.positions.doubt(live);
      for (const publication of publications) {
        if (isWanted(subscription, publication))
          session.push(pushOf(live, subscription, { publication, epoch: at.epoch }));
      }
      if (end === "complete") {
        subscription.following = false;
        return hub.join(live, subscription);
      }
      at = { offset: publications.at(-1)?.offset ?? at.offset, epoch: at.epoch };
    } finally {
      if (--live.readers === 0) live.tail = [];
    }
  }
}

async function queueIsShort(hub: Hub, session: Session): Promise<void> {
  while (session.state === "connected" && session.outlet.bufferedBytes > QUEUE_BYTES) {
    await new Promise<void>((resolve) => void hub.clock.after(QUEUE_LOOK_MS, resolve));
  }
}

function pushOf(
  live: LiveChannel,
  { variant, channel }: Subscription<Session>,
  { publication, epoch }: { publication: Publication; epoch: string },
): Push {
  return {
    type: "publication",
    channel: channel.name,
    publication,
    epoch,
    ...(variant.compact ? { channelId: live.number } : {}),
    ...(variant.delta ? { delta: {} } : {}),
  };
}

/** Whether a publication that was missed is one that the subscriber would have got. */
export function isWanted({ owner, variant, channel }: Subscription<Session>, { tags, info }: Publication): boolean {
  if (channel.namespace.excludePublisher && info?.client === owner.id) return false;
  return isFor(variant, tags);
}
