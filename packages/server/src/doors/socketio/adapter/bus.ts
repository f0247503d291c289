import type { Hub } from "../../../hub/index.ts";

/** The adapters of one hub, and those of the other nodes. */
export interface Bus {
  /** `name` is shared by the adapters that belong together. Returns how to leave. */
  join(name: string, receive: Receive): () => void;
  /** To all other adapters of that name; with `to` only to the node of the adapter that has that id, where it is known. */
  tell(name: string, message: BusMessage, from: Receive): Promise<void>;
}

export interface BusMessage {
  /** The sender's id among adapters. */
  readonly uid: string;
  readonly to?: string;
  readonly body: string;
}

type Receive = (message: BusMessage) => void;

const KIND = "socketio";
const buses = new WeakMap<Hub, Bus>();

export function busOf(hub: Hub): Bus {
  const known = buses.get(hub);
  if (known) return known;
  const bus = createBus(hub);
  buses.set(hub, bus);
  return bus;
}

function createBus(hub: Hub): Bus {
  const seats = new Map<string, Set<Receive>>();
  /** On which node an adapter is, as far as it was heard of. */
  const nodes = new Map<string, string>();

  function hand(name: string, message: BusMessage, except?: Receive): void {
    for (const receive of seats.get(name) ?? []) {
      if (receive !== except) receive(message);
    }
  }

  hub.onControl(KIND, ({ name, uid, to, body }, from) => {
    nodes.set(String(uid), from);
    hand(String(name), { uid: String(uid), body: String(body), ...(typeof to === "string" ? { to } : {}) });
    for (const [id, node] of nodes) if (!hub.cluster.knows(node) && node !== from) nodes.delete(id);
  });

  return {
    join(name, receive) {
      const set = seats.get(name) ?? new Set();
      seats.set(name, set);
      set.add(receive);
      return () => {
        set.delete(receive);
        if (set.size === 0) seats.delete(name);
      };
    },
    async tell(name, message, from) {
      hand(name, message, from);
      const node = message.to === undefined ? undefined : nodes.get(message.to);
      await hub.cluster.tell({ kind: KIND, name, ...message }, node);
    },
  };
}
