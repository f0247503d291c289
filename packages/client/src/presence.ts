import type { ClientInfo } from "centrifuge";
import type { ChannelCore, PeerChange } from "./channel-core.ts";
import { toReason } from "./connection.ts";
import type { Reason, Status } from "./liveness.ts";
import { createCell, type Store } from "./store.ts";

/** One connection that is subscribed to the channel. `Info` is what the application put into its tokens. */
export interface Member<Info = unknown> {
  readonly client: string;
  readonly user: string;
  /** From the connection token. */
  readonly connInfo?: Info;
  /** From the subscription token or the subscribe proxy. */
  readonly chanInfo?: unknown;
}

export interface PresenceState<Info = unknown> {
  readonly status: Status;
  readonly reason?: Reason;
  /** By client id: one user with two tabs is there twice. */
  readonly members: ReadonlyMap<string, Member<Info>>;
  /** Everybody who is there, once. */
  readonly users: readonly string[];
}

/** Who is in a channel now. Needs `presence` and, to follow changes, `join_leave` in the channel's options. */
export interface Presence<Info = unknown> extends Store<PresenceState<Info>> {
  /** Asks the hub again, for instance after presence of nodes that died. */
  readonly refresh: () => Promise<void>;
}

/** What it is on every server, and before anybody listens. */
export const idlePresence: PresenceState<never> = { status: "idle", members: new Map(), users: [] };

export function createPresence<Info>(open: () => ChannelCore): Presence<Info> {
  let core: ChannelCore | undefined;
  let ends: (() => void)[] = [];
  let denied: Reason | undefined;
  /** Changes that came while the list was under way: they are newer than it, or in it already. */
  let meanwhile: PeerChange[] | undefined;
  let members = new Map<string, Member<Info>>();

  const show = (): void => {
    const { status, reason = denied } = core?.get() ?? idlePresence;
    const users = [...new Set([...members.values()].map(({ user }) => user))];
    cell.set({
      status: denied && status === "live" ? "failed" : status,
      members,
      users,
      ...(reason ? { reason } : {}),
    });
  };
  const apply = ({ type, info }: PeerChange): void => {
    members = new Map(members);
    if (type === "join") members.set(info.client, info as Member<Info>);
    else members.delete(info.client);
  };
  const changed = (change: PeerChange): void => {
    if (meanwhile) meanwhile.push(change);
    apply(change);
    show();
  };
  const refresh = async (): Promise<void> => {
    const subscription = core?.subscription();
    if (!subscription) return;
    const changes: PeerChange[] = [];
    meanwhile = changes;
    const found = await subscription.presence().catch((error: Reason) => toReason(error));
    if (meanwhile !== changes) return;
    meanwhile = undefined;
    denied = "clients" in found ? undefined : found;
    if ("clients" in found)
      members = new Map(Object.entries(found.clients as Record<string, ClientInfo & Member<Info>>));
    for (const change of changes) apply(change);
    show();
  };
  let isLive = false;
  const moved = (): void => {
    const wasLive = isLive;
    isLive = core?.get().status === "live";
    if (isLive && !wasLive) void refresh();
    show();
  };

  const cell = createCell<PresenceState<Info>>(idlePresence, {
    first() {
      const own = open();
      core = own;
      own.watchPeers();
      ends = [own.hold(), own.subscribe(moved), own.peers.add(changed)];
      moved();
    },
    last() {
      for (const end of ends) end();
      core = undefined;
      isLive = false;
      meanwhile = denied = undefined;
      members = new Map();
      cell.set(idlePresence);
    },
  });
  return { get: cell.get, subscribe: cell.subscribe, refresh };
}
