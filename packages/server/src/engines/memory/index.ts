import type { Engine } from "../../hub/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { Member } from "./exchange.ts";
import { Space } from "./space.ts";

export { createMemoryRevocations, type MemoryRevocationsOptions } from "./revocations.ts";
export { createMemorySchemaStore } from "./schema-store.ts";
export type { Space as MemorySpace } from "./space.ts";

export interface MemorySpaceOptions {
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface MemoryEngineOptions extends MemorySpaceOptions {
  /** Absent: a cluster of one node. */
  readonly space?: Space;
}

/** What several engines of one process share to be the nodes of one cluster; it outlives each of them. */
export function createMemorySpace({ clock, ids }: MemorySpaceOptions): Space {
  return new Space(clock, ids);
}

/** Keeps channels in this process: the fastest engine, and everything is gone when the process ends. */
export function createMemoryEngine({ clock, ids, space = new Space(clock, ids) }: MemoryEngineOptions): Engine {
  let member: Member | undefined;
  const joined = (): Member => {
    if (!member) throw new Error("the memory engine is not running: it was not started, or it was stopped");
    return member;
  };

  // Every method is async: what the space throws becomes a rejection.
  return {
    name: "memory",
    broker: {
      async subscribe(key) {
        space.subscribe(joined(), key);
      },
      async unsubscribe(key) {
        space.unsubscribe(joined(), key);
      },
      async publish(key, publication, options) {
        joined();
        return space.publish(key, publication, options);
      },
      async join(key, info) {
        joined();
        space.announce("join", key, info);
      },
      async leave(key, info) {
        joined();
        space.announce("leave", key, info);
      },
      async history(key, query) {
        joined();
        return space.history(key, query);
      },
      async tops(keys) {
        joined();
        return space.tops(keys);
      },
      async removeHistory(key) {
        joined();
        space.removeHistory(key);
      },
    },
    presence: {
      async add(key, info, ttlMs) {
        joined();
        space.addPresence(key, info, ttlMs);
      },
      async remove(key, client) {
        joined();
        space.removePresence(key, client);
      },
      async list(key) {
        joined();
        return space.presence(key);
      },
      async stats(key) {
        joined();
        const infos = space.presence(key);
        return { clients: infos.length, users: new Set(infos.map((info) => info.user)).size };
      },
    },
    control: {
      async send(message, node) {
        space.control(message, joined(), node);
      },
    },
    async start(node, events) {
      if (member) throw new Error(`the memory engine is already running as ${member.node}`);
      member = space.enter(node, events);
    },
    async stop() {
      if (member) space.leave(member);
      member = undefined;
    },
    async health() {
      joined();
    },
  };
}
