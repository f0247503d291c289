import type { Frame, Outlet, Topics } from "../../../hub/index.ts";

/** An outlet that changes its transport on the way. */
export interface MovingOutlet extends Outlet {
  readonly readyState: "open" | "closing" | "closed";
  /** Its topics. Kept here for them. */
  readonly joined: Set<string>;
  /** Set while frames go over a WebSocket. */
  readonly socket: Outlet | undefined;
}

/**
 * The listener's topics for connections that change their transport on the way: those on a WebSocket are members of the
 * listener's topic, those that poll get the same frame one by one.
 */
export class EngineTopics implements Topics {
  readonly #listener: Topics;
  readonly #polling = new Map<string, Set<MovingOutlet>>();

  constructor(listener: Topics) {
    this.#listener = listener;
  }

  join(outlet: Outlet, topic: string): void {
    const connection = own(outlet);
    if (connection.readyState !== "open") return;
    connection.joined.add(topic);
    if (connection.socket) {
      this.#listener.join(connection.socket, topic);
      return;
    }
    const polling = this.#polling.get(topic);
    if (polling) polling.add(connection);
    else this.#polling.set(topic, new Set([connection]));
  }

  leave(outlet: Outlet, topic: string): void {
    const connection = own(outlet);
    if (!connection.joined.delete(topic)) return;
    if (connection.socket) this.#listener.leave(connection.socket, topic);
    else this.#forget(connection, topic);
  }

  publish(topic: string, frame: Frame): void {
    this.#listener.publish(topic, frame);
    for (const connection of this.#polling.get(topic) ?? []) connection.send(frame);
  }

  /** The connection goes on over its WebSocket; what waited has been handed to it in this turn. */
  moved(connection: MovingOutlet): void {
    const { socket } = connection;
    if (!socket) return;
    for (const topic of connection.joined) {
      this.#forget(connection, topic);
      this.#listener.join(socket, topic);
    }
  }

  leaveAll(connection: MovingOutlet): void {
    for (const topic of [...connection.joined]) this.leave(connection, topic);
  }

  #forget(connection: MovingOutlet, topic: string): void {
    const polling = this.#polling.get(topic);
    polling?.delete(connection);
    if (polling?.size === 0) this.#polling.delete(topic);
  }
}

function own(outlet: Outlet): MovingOutlet {
  if ("joined" in outlet) return outlet as MovingOutlet;
  throw new TypeError("an outlet of another engine");
}
