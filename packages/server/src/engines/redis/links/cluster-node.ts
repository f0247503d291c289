import type { ConnectionOptions } from "./connection.ts";
import { Line } from "./line.ts";
import { createMaster, type Master } from "./master.ts";
import type { Endpoint } from "./slot-owners.ts";
import { nameOf } from "./slot-owners.ts";

export interface ClusterNodeEvents {
  message(channel: string, payload: Buffer): void;
  /** Commands or subscriptions work, or no longer do. */
  changed(): void;
  /** Subscriptions ended because their slots went elsewhere. */
  moved(): void;
}

/** One process of a Cluster: a connection for commands and one for subscriptions. */
export interface ClusterNode {
  readonly endpoint: Endpoint;
  readonly commands: Master;
  readonly line: Line;
  /** Rejects with the reason when it could not be reached in time; it is closed then. */
  readonly opened: Promise<void>;
  close(): void;
}

export function openClusterNode(
  endpoint: Endpoint,
  options: ConnectionOptions,
  events: ClusterNodeEvents,
): ClusterNode {
  const own = { ...options, name: nameOf(endpoint), server: { ...options.server, ...endpoint } };
  const commands = createMaster(own, { up: () => events.changed() });
  const line = new Line(
    { ...own, sharded: true },
    {
      message: (channel, payload) => events.message(channel, payload),
      up: () => events.changed(),
      down: () => events.changed(),
      moved: () => events.moved(),
    },
  );
  const close = (): void => {
    commands.close();
    line.close();
  };
  const opened = Promise.all([commands.open(), line.open()]).then(
    () => {},
    (error: unknown) => {
      close();
      throw error;
    },
  );
  opened.catch(() => {});
  return { endpoint, commands, line, opened, close };
}
