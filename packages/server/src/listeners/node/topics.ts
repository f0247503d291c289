import type { Frame, Outlet } from "../../hub/ports/outlet.ts";
import type { Topics } from "../../hub/ports/topics.ts";
import type { Connection } from "./connection.ts";
import { SocketOutlet } from "./socket-outlet.ts";
import { StreamOutlet } from "./stream-outlet.ts";
import { WireFrame } from "./wire-frame.ts";

const isOurs = (outlet: Outlet): outlet is SocketOutlet | StreamOutlet =>
  outlet instanceof SocketOutlet || outlet instanceof StreamOutlet;

/** Publishing queues one shared frame for each member at once; writing happens later, in slices. */
export class TopicTable implements Topics {
  readonly #members = new Map<string, Set<Connection>>();

  join(outlet: Outlet, topic: string): void {
    if (!isOurs(outlet) || !outlet.open) return;
    outlet.topics.add(topic);
    const members = this.#members.get(topic);
    if (members) members.add(outlet);
    else this.#members.set(topic, new Set([outlet]));
  }

  leave(outlet: Outlet, topic: string): void {
    if (isOurs(outlet) && outlet.topics.delete(topic)) this.#remove(outlet, topic);
  }

  leaveAll(connection: Connection): void {
    for (const topic of connection.topics) this.#remove(connection, topic);
    connection.topics.clear();
  }

  publish(topic: string, frame: Frame): void {
    const members = this.#members.get(topic);
    if (!members) return;
    const shared = new WireFrame(frame);
    for (const member of members) member.deliver(shared);
  }

  #remove(connection: Connection, topic: string): void {
    const members = this.#members.get(topic);
    members?.delete(connection);
    if (members?.size === 0) this.#members.delete(topic);
  }
}
