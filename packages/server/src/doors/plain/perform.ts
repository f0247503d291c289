import {
  type Hub,
  history,
  type Position,
  presence,
  publish,
  type Session,
  type SubscribeResult,
  subscribe,
  unsubscribe,
} from "../../hub/index.ts";
import type { Request } from "./dialect.ts";
import { person, plainEncoder } from "./encoder.ts";
import { eventId, positionOf } from "./event-id.ts";

/** What is done in channels. */
export type ChannelRequest = Exclude<Request, { type: "auth" | "ping" }>;

export interface Answer {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Frames of their own, as text. */
  readonly events?: readonly string[];
  /** What a subscription begins with. */
  readonly subscribed?: SubscribeResult;
}

export interface Performance {
  readonly request: ChannelRequest;
  /** Puts the answer on the wire before it returns. */
  reply(answer: Answer): void;
}

const sinceOf = async (
  hub: Hub,
  session: Session,
  { channel, since }: { readonly channel: string; readonly since?: string },
): Promise<Position | undefined> => (since === undefined ? undefined : positionOf(hub, session, { channel, since }));

/** Does what a client asks. Throws what the operations of the hub throw. */
export async function perform(hub: Hub, session: Session, { request, reply }: Performance): Promise<void> {
  const { channel } = request;
  switch (request.type) {
    case "subscribe": {
      const recover = await sinceOf(hub, session, request);
      return subscribe(hub, session, {
        channel,
        token: request.token ?? "",
        recoverable: true,
        joinLeave: request.joins ?? false,
        ...(recover ? { recover } : {}),
        reply: (subscribed) => {
          const { position, recovered } = subscribed;
          const lastEventId = position ? { lastEventId: eventId(position) } : {};
          reply({ fields: { channel, ...lastEventId, ...(recover ? { recovered } : {}) }, subscribed });
        },
      });
    }
    case "unsubscribe":
      unsubscribe(hub, session, channel);
      return reply({ fields: { channel } });
    case "publish": {
      const { position } = await publish(hub, session, { channel, data: request.data });
      return reply({ fields: { channel, ...(position ? { eventId: eventId(position) } : {}) } });
    }
    case "presence":
      return reply({ fields: { channel, clients: (await presence(hub, session, channel)).map(person) } });
    case "history": {
      const since = await sinceOf(hub, session, request);
      const { limit = -1, reverse = false } = request;
      const { publications, top } = await history(hub, session, {
        channel,
        limit,
        reverse,
        ...(since ? { since } : {}),
      });
      const events = publications.map((publication) =>
        String(plainEncoder.encode({ type: "publication", channel, publication, epoch: top.epoch })),
      );
      return reply({ fields: { channel, lastEventId: eventId(top) }, events });
    }
  }
}
