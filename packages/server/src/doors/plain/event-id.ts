import { type Caller, type Hub, HubError, history, type Position, type Publication } from "../../hub/index.ts";

/** A position as clients of this door hold it: opaque to them, in order only for us. */
export const eventId = ({ offset, epoch }: Position): string => `${offset}-${epoch}`;

function parse(id: string): Position | undefined {
  const [, digits, epoch] = /^(\d{1,15})-([a-z]+)$/.exec(id) ?? [];
  return digits === undefined || epoch === undefined ? undefined : { offset: Number(digits), epoch };
}

export interface Since {
  readonly channel: string;
  /** The last event that the client has: the `id` of its frame, or the `id` that the application gave the event itself. */
  readonly since: string;
}

/**
 * Where a client stands. An id of the application is looked for in what the channel keeps, in the name of `reader`: whether
 * the client may read there is not asked here. A text that is nobody's id is a place in a stream that does not exist:
 * nothing can be continued there.
 */
export async function positionOf(hub: Hub, reader: Reader, { channel, since }: Since): Promise<Position> {
  return (
    parse(since) ?? (await find(hub, reader, { channel, since })) ?? { offset: 0, epoch: `not an event id: ${since}` }
  );
}

type Reader = Pick<Caller, "tenant" | "crossesTenants">;

async function find(hub: Hub, reader: Reader, { channel, since }: Since): Promise<Position | undefined> {
  const { tenant, crossesTenants } = reader;
  try {
    const caller = { tenant, crossesTenants, session: undefined };
    const { publications, top } = await history(hub, caller, { channel, limit: -1, reverse: true });
    const found = publications.find((publication) => idInside(publication) === since);
    return found && { offset: found.offset, epoch: top.epoch };
  } catch (error) {
    // There is no such channel, or it keeps nothing: what the client asked for will say so.
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

function idInside({ data }: Publication): unknown {
  if (typeof data !== "string" || !data.includes('"id"')) return undefined;
  const event: unknown = JSON.parse(data);
  return typeof event === "object" && event !== null && "id" in event ? event.id : undefined;
}
