import type { ClientInfo, PublicationContext, StreamPosition, SubscribedContext } from "centrifuge";
import { createRecent, idOf } from "./recent.ts";

/** One publication as it reached this client. */
export interface Publication<E> {
  /** The channel it was published in. */
  readonly channel: string;
  readonly event: E;
  /** Its number in the channel's stream, if the channel keeps history. */
  readonly offset?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Who published it, if that was a client. */
  readonly info?: ClientInfo;
  /** It was published while this client was away. */
  readonly isRecovered: boolean;
}

/** What came of the newest return to a channel. */
export interface Recovery {
  /** How many returns there were; changes with each, so that equal ones can be told apart. */
  readonly count: number;
  /** `complete`: nothing is missing. `gap`: something is, load the state anew. `unknown`: the channel keeps no history to tell. */
  readonly outcome: "complete" | "gap" | "unknown";
  readonly recovered: number;
  /** How many are missing, if the hub could tell. */
  readonly lost?: number;
}

/** Makes an event of what was published; `undefined` for what is none. */
export type EventReader = (publication: PublicationContext) => unknown;

export interface Arrivals {
  /** Behind the newest publication that arrived. */
  readonly position: () => StreamPosition | undefined;
  /** The hub's answer to a subscribe: `done` is called once all that came with it is delivered, and told what it was. */
  readonly subscribed: (context: SubscribedContext, done: (recovery: Recovery | undefined) => void) => void;
  /** `undefined` for what is no event, and for what came before. */
  readonly published: (context: PublicationContext) => Publication<unknown> | undefined;
  readonly read: (context: PublicationContext, isRecovered: boolean) => Publication<unknown> | undefined;
}

const REMEMBERED_IDS = 256;

/** What has arrived of one channel: where that leads to, what came twice, and what is missing. */
export function createArrivals(channel: string, reader: EventReader): Arrivals {
  const isRepeated = createRecent(REMEMBERED_IDS);
  const isWildcard = channel.includes("*");
  let position: StreamPosition | undefined;
  let returns = -1;
  /** Publications that came with the newest answer to a subscribe; absent once all of them are delivered. */
  let replayed: number | undefined;

  const read: Arrivals["read"] = ({ data, ...context }, isRecovered) => {
    // The hub names the real channel in a tag of what it shows to watchers of all tenants.
    const publication = { ...context, channel: (isWildcard && context.tags?.channel) || context.channel };
    const event = reader({ ...publication, data });
    return event === undefined ? undefined : { ...publication, event, isRecovered };
  };
  return {
    position: () => position,
    subscribed(context, done) {
      const before = position;
      position = context.streamPosition ?? position;
      // Who brings a position along returns already with the first answer.
      returns += returns < 0 && context.wasRecovering ? 2 : 1;
      const count = returns;
      replayed = 0;
      // What comes with the answer is delivered in this very turn.
      queueMicrotask(() => {
        const recovered = replayed ?? 0;
        replayed = undefined;
        if (count === 0) return done(undefined);
        const outcome = !context.wasRecovering ? "unknown" : context.recovered ? "complete" : "gap";
        const lost = outcome === "gap" ? distance(before, context.streamPosition) : undefined;
        done({ count, outcome, recovered, ...(lost === undefined ? {} : { lost: lost - recovered }) });
      });
    },
    published(context) {
      const isRecovered = replayed !== undefined;
      if (isRecovered) replayed = (replayed ?? 0) + 1;
      if (position && context.offset !== undefined) position = { ...position, offset: context.offset };
      const id = idOf(context.data);
      return id !== undefined && isRepeated(id) ? undefined : read(context, isRecovered);
    },
    read,
  };
}

/** From one position to another of the same stream. */
function distance(from: StreamPosition | undefined, to: StreamPosition | undefined): number | undefined {
  return from && to && from.epoch === to.epoch ? to.offset - from.offset : undefined;
}
