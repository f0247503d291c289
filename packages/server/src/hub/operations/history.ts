import { matchesFilter } from "../../kit/filter.ts";
import { checkKey } from "../gate.ts";
import type { Hub } from "../hub.ts";
import type { HistoryPage } from "../ports/engine.ts";
import type { Caller } from "../session.ts";
import { type Channel, resolveChannel } from "../values/channel.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import { HubError } from "../values/errors.ts";
import { hasHistory } from "../values/namespace.ts";
import type { Position } from "../values/publication.ts";

export interface HistoryRequest {
  readonly channel: string;
  /** 0: only the position. Negative: everything, for clients up to the configured limit. */
  readonly limit: number;
  readonly since?: Position;
  readonly reverse: boolean;
}

/** Throws `HubError` notAvailable, permissionDenied, unrecoverablePosition when `since` names another epoch. */
export async function history(hub: Hub, caller: Caller, request: HistoryRequest): Promise<HistoryPage> {
  const { session } = caller;
  if (session && request.channel === "") throw new DisconnectError(disconnects.badRequest, "history without a channel");
  const channel = withHistory(hub, caller, request.channel);
  const { since, reverse } = request;
  const most = session ? hub.settings.historyLimit : 0;
  const limit = most > 0 && (request.limit < 0 || request.limit > most) ? most : request.limit;
  const metaTtlMs = channel.namespace.historyMetaTtlMs;
  const page = await hub.engine.broker.history(channel.key, { limit, reverse, metaTtlMs, ...(since ? { since } : {}) });
  if (since && since.epoch !== "" && since.epoch !== page.top.epoch) {
    throw new HubError("unrecoverablePosition", "the stream has another epoch now");
  }
  const filter = session?.subscriptions.get(channel.name)?.serverFilter;
  if (!filter) return page;
  return { ...page, publications: page.publications.filter(({ tags }) => matchesFilter(filter, tags)) };
}

/** Removes the publications of a channel; offset and epoch stay. For the server API. */
export async function removeHistory(hub: Hub, caller: Caller, channel: string): Promise<void> {
  return hub.engine.broker.removeHistory(withHistory(hub, caller, channel).key);
}

function withHistory(hub: Hub, caller: Caller, name: string): Channel {
  const { session } = caller;
  const channel = resolveChannel(name, caller, hub.names);
  checkKey(caller, channel);
  if (!hasHistory(channel.namespace)) throw new HubError("notAvailable", "the namespace keeps no history");
  if (session && !hub.gate.mayReadHistory(session, channel)) {
    throw new HubError("permissionDenied", "history of this channel is not open to this connection");
  }
  return channel;
}
