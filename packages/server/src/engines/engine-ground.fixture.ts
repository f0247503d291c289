import assert from "node:assert/strict";
import type { ChannelKey, ControlMessage, Engine, EngineEvents, Publication } from "../hub/index.ts";
import { randomIds } from "../kit/ids.ts";

/** The nodes of one cluster, which only one test uses. */
export interface EngineCluster {
  /** A new engine of this cluster, not yet started. */
  engine(): Engine;
  /** Lets time of the engine pass. Where it cannot, the tests that need it are declined. */
  advance?(ms: number): Promise<void>;
  /**
   * Breaks for a moment what brings events to the nodes, so that some are lost. Where nothing can break, the tests that
   * need it are declined.
   */
  interrupt?(): Promise<void>;
  /** Called when all engines are stopped. */
  close(): Promise<void>;
}

export interface Seen {
  readonly publications: { readonly key: ChannelKey; readonly publication: Publication; readonly epoch: string }[];
  readonly presence: string[];
  readonly control: { readonly message: ControlMessage; readonly from: string }[];
  /** Of each interruption, which channels it may have cost events. */
  readonly interruptions: ((key: ChannelKey) => boolean)[];
}

export interface Node extends Engine {
  readonly node: string;
  readonly seen: Seen;
  /** Resolves as soon as what was seen fulfils the condition. */
  until(condition: (seen: Seen) => boolean): Promise<void>;
  /** Resolves when what was sent to this node before has arrived, for tests of what must not arrive. */
  settled(): Promise<void>;
}

export interface Ground {
  /** A started engine; `also` sees each publication after it was noted. */
  node(also?: (publication: Publication) => void): Promise<Node>;
  key(prefix?: string): ChannelKey;
  advance(ms: number): Promise<void>;
  interrupt(): Promise<void>;
  engine(): Engine;
  close(): Promise<void>;
}

export function createGround(cluster: EngineCluster): Ground {
  const started: Engine[] = [];
  const key = (prefix = "channel"): ChannelKey => `${prefix}:${randomIds.letters(12)}` as ChannelKey;
  return {
    key,
    engine: () => cluster.engine(),
    async node(also = () => {}) {
      const engine = cluster.engine();
      const node = `node-${randomIds.letters(8)}`;
      const { seen, events, until } = createWitness(also);
      await engine.start(node, events);
      started.push(engine);
      const settled = async (): Promise<void> => {
        const marker = key("marker");
        await engine.broker.subscribe(marker);
        await engine.broker.publish(marker, { data: "marker", offset: 0 }, {});
        await until(() => seen.publications.some((event) => event.key === marker));
        await engine.broker.unsubscribe(marker);
        seen.publications.splice(0, Infinity, ...seen.publications.filter((event) => event.key !== marker));
      };
      return { ...engine, node, seen, until, settled };
    },
    async advance(ms) {
      assert.ok(cluster.advance, "this test needs a cluster whose time can advance: give it, or decline with a reason");
      await cluster.advance(ms);
    },
    async interrupt() {
      assert.ok(
        cluster.interrupt,
        "this test needs a cluster that can be interrupted: give it, or decline with a reason",
      );
      await cluster.interrupt();
    },
    async close() {
      for (const engine of started) await engine.stop();
      await cluster.close();
    },
  };
}

interface Witness {
  readonly seen: Seen;
  readonly events: EngineEvents;
  until(condition: (seen: Seen) => boolean): Promise<void>;
}

function createWitness(also: (publication: Publication) => void): Witness {
  const seen: Seen = { publications: [], presence: [], control: [], interruptions: [] };
  const waiting = new Set<() => void>();
  const noted = (): void => {
    for (const check of waiting) check();
  };
  return {
    seen,
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition(seen)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    events: {
      publication(key, publication, epoch) {
        seen.publications.push({ key, publication, epoch });
        also(publication);
        noted();
      },
      join(_key, info) {
        seen.presence.push(`join ${info.client}`);
        noted();
      },
      leave(_key, info) {
        seen.presence.push(`leave ${info.client}`);
        noted();
      },
      control(message, from) {
        seen.control.push({ message, from });
        noted();
      },
      interrupted(affects = () => true) {
        seen.interruptions.push(affects);
        noted();
      },
    },
  };
}
