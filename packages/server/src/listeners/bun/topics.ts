import type { Frame, Outlet } from "../../hub/ports/outlet.ts";
import type { Topics } from "../../hub/ports/topics.ts";
import type { Lane, Lanes } from "./lanes.ts";
import type { Pressure } from "./pressure.ts";
import { SocketOutlet } from "./socket-outlet.ts";
import { batchOf, StreamOutlet } from "./stream-outlet.ts";

/** The part of a Bun server that topics need. */
export interface NativeTopics {
  publish(topic: string, frame: Frame, compress: boolean): number;
  subscriberCount(topic: string): number;
}

/** The members of a large topic that share a lane. */
interface Shard {
  readonly name: string;
  sockets: number;
}

/** One topic that has members. */
interface Group {
  readonly sockets: Set<SocketOutlet>;
  readonly streams: Set<StreamOutlet>;
  /** The least that any member asks for: frames of this size and more are compressed for those who agreed to it. */
  minCompressed: number;
  /** Present once the topic is large; it stays so until its last member has left. */
  shards: Map<Lane, Shard> | undefined;
}

const createGroup = (): Group => ({
  sockets: new Set(),
  streams: new Set(),
  minCompressed: Number.POSITIVE_INFINITY,
  shards: undefined,
});

export interface TopicTableOptions {
  readonly lanes: Lanes;
  readonly pressure: Pressure;
  /** A topic with more sockets is written lane by lane. */
  readonly largeTopicMembers: number;
}

/**
 * Topics over all Bun servers of a listener: a small topic is one native publish per server, without a step of
 * JavaScript per member; a large one is one native publish per lane, in later turns.
 */
export class TopicTable implements Topics {
  readonly #options: TopicTableOptions;
  readonly #groups = new Map<string, Group>();
  #servers: readonly NativeTopics[] = [];

  constructor(options: TopicTableOptions) {
    this.#options = options;
  }

  /** Native topics belong to a server object: each that has live sockets must be published on. */
  addServer(server: NativeTopics): void {
    this.#servers = [...this.#servers, server];
  }

  removeServer(server: NativeTopics): void {
    this.#servers = this.#servers.filter((other) => other !== server);
  }

  publish(topic: string, frame: Frame): void {
    const group = this.#groups.get(topic);
    if (!group) return;
    if (group.streams.size > 0) {
      const shared = batchOf(frame);
      for (const stream of group.streams) stream.deliver(shared);
    }
    if (group.sockets.size === 0) return;
    if (group.shards) this.#publishSharded(group, group.shards, frame);
    else if (this.#options.lanes.busy) for (const socket of group.sockets) socket.send(frame);
    else this.#publishNative(topic, frame, group);
  }

  join(outlet: Outlet, topic: string): void {
    if (!(outlet instanceof SocketOutlet || outlet instanceof StreamOutlet)) return;
    if (!outlet.open || outlet.topics.has(topic)) return;
    outlet.topics.add(topic);
    const group = this.#groups.get(topic) ?? createGroup();
    this.#groups.set(topic, group);
    if (outlet instanceof SocketOutlet) this.#joinSocket(outlet, topic, group);
    else group.streams.add(outlet);
  }

  leave(outlet: Outlet, topic: string): void {
    if (!(outlet instanceof SocketOutlet || outlet instanceof StreamOutlet)) return;
    if (!outlet.topics.delete(topic)) return;
    const name = this.#remove(outlet, topic);
    if (outlet instanceof SocketOutlet) outlet.unsubscribe(name);
  }

  /** Takes a closed connection out of all its topics; Bun forgets a closed socket by itself. */
  leaveAll(outlet: Outlet): void {
    if (!(outlet instanceof SocketOutlet || outlet instanceof StreamOutlet)) return;
    for (const topic of outlet.topics) this.#remove(outlet, topic);
    outlet.topics.clear();
  }

  /** Returns the native name under which the member was known. */
  #remove(outlet: SocketOutlet | StreamOutlet, topic: string): string {
    const group = this.#groups.get(topic);
    if (!group) return topic;
    let name = topic;
    if (outlet instanceof StreamOutlet) group.streams.delete(outlet);
    else {
      group.sockets.delete(outlet);
      const shard = group.shards?.get(outlet.lane);
      if (shard) {
        name = shard.name;
        if (--shard.sockets === 0) group.shards?.delete(outlet.lane);
      }
    }
    if (group.sockets.size === 0 && group.streams.size === 0) this.#groups.delete(topic);
    return name;
  }

  #joinSocket(outlet: SocketOutlet, topic: string, group: Group): void {
    group.sockets.add(outlet);
    group.minCompressed = Math.min(group.minCompressed, outlet.minCompressed ?? Number.POSITIVE_INFINITY);
    if (group.shards) this.#enterShard(outlet, topic, group.shards);
    else if (group.sockets.size > this.#options.largeTopicMembers) this.#split(topic, group);
    else outlet.subscribe(topic);
  }

  /** A topic has become large: its members move from the one native topic to one per lane. */
  #split(topic: string, group: Group): void {
    const shards = new Map<Lane, Shard>();
    group.shards = shards;
    for (const outlet of group.sockets) {
      outlet.unsubscribe(topic);
      this.#enterShard(outlet, topic, shards);
    }
  }

  #enterShard(outlet: SocketOutlet, topic: string, shards: Map<Lane, Shard>): void {
    // No topic of the hub begins with a NUL, so the name of a shard is never that of another topic.
    const shard = shards.get(outlet.lane) ?? { name: `\0${outlet.lane.id} ${topic}`, sockets: 0 };
    shards.set(outlet.lane, shard);
    shard.sockets++;
    outlet.subscribe(shard.name);
  }

  #publishSharded(group: Group, shards: Map<Lane, Shard>, frame: Frame): void {
    for (const [lane, { name, sockets }] of shards) {
      const run = (): void => this.#publishNative(name, frame, group);
      this.#options.lanes.later(lane, { run, sockets, bytes: frame.length });
    }
  }

  #publishNative(name: string, frame: Frame, group: Group): void {
    const compress = frame.length >= group.minCompressed;
    for (const server of this.#servers) {
      const result = server.publish(name, frame, compress);
      // 0 means that somebody lost the frame (Bun closes that socket), or only that this server has no member.
      if (result < 0 || (result === 0 && server.subscriberCount(name) > 0))
        this.#options.pressure.suspectAll(group.sockets);
    }
  }
}
