import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { applyDelta } from "fossil-delta";
import { createGround, type Ground, openNamespace, type TestOutlet } from "./hub-ground.fixture.ts";
import {
  type Engine,
  type EngineEvents,
  type HubSettings,
  type Namespace,
  type Position,
  type Publication,
  type Push,
  type Session,
  type SubscribeRequest,
  type SubscribeResult,
  subscribe,
} from "./index.ts";

/** What a channel gives and its clients ask for besides the plain stream. */
interface Features {
  readonly namespace?: Partial<Namespace>;
  readonly settings?: Partial<HubSettings>;
  readonly wish?: Partial<SubscribeRequest>;
  /** Whether the client with this id is to get it. */
  readonly wants?: (publication: Publication, client: string) => boolean;
  /** Live, a publication may give way to a later one. */
  readonly conflates?: true;
}

const goals = { key: "kind", cmp: "eq", val: "goal" } as const;
const isGoal = ({ tags }: Publication): boolean => tags?.kind === "goal";
const byOthers = ({ info }: Publication, client: string): boolean => info?.client !== client;
const deltas = { allowDelta: true, deltaPublish: true } as const;
const inPages = { recoveryLimit: 3, recoveryTotalLimit: 1_000 } as const;

const features: Readonly<Record<string, Features>> = {
  "a plain stream": {},
  "recoveries of many pages": { settings: inPages },
  "batches of deltas": { namespace: { ...deltas, batchMaxDelayMs: 200, batchMaxSize: 3 }, wish: { delta: true } },
  "filtered batches and recoveries of many pages": {
    namespace: { allowTagsFilter: true, batchMaxDelayMs: 200 },
    settings: inPages,
    wish: { filter: goals },
    wants: isGoal,
  },
  "deltas that leave out the publisher, and recoveries of many pages": {
    namespace: { ...deltas, excludePublisher: true },
    settings: inPages,
    wish: { delta: true },
    wants: byOthers,
  },
  "the latest of filtered batches that leave out the publisher": {
    namespace: { allowTagsFilter: true, excludePublisher: true, batchMaxDelayMs: 200, batchLatestOnly: true },
    wish: { filter: goals },
    wants: (publication, client) => isGoal(publication) && byOthers(publication, client),
    conflates: true,
  },
  "the latest of batches of deltas, and recoveries of many pages": {
    namespace: { ...deltas, batchMaxDelayMs: 200, batchLatestOnly: true },
    settings: inPages,
    wish: { delta: true },
    conflates: true,
  },
};

/** An engine with a network in front: events and answers arrive when the test says so, and events can get lost. */
class Network {
  readonly events: (() => void)[] = [];
  readonly answers: (() => void)[] = [];

  wrap(engine: Engine): Engine {
    const { broker } = engine;
    const later = async <T>(work: () => Promise<T>): Promise<T> => {
      await new Promise<void>((resolve) => this.answers.push(resolve));
      const result = await work();
      await new Promise<void>((resolve) => this.answers.push(resolve));
      return result;
    };
    return {
      ...engine,
      start: (node, events) => engine.start(node, this.#delay(events)),
      stop: () => engine.stop(),
      health: () => engine.health(),
      broker: {
        publish: (...args) => broker.publish(...args),
        join: async () => {},
        leave: async () => {},
        removeHistory: (key) => broker.removeHistory(key),
        subscribe: (key) => later(() => broker.subscribe(key)),
        unsubscribe: (key) => later(() => broker.unsubscribe(key)),
        history: (key, query) => later(() => broker.history(key, query)),
        tops: (keys) => later(() => broker.tops(keys)),
      },
      presence: {
        add: async () => {},
        remove: async () => {},
        list: async () => [],
        stats: async () => ({ clients: 0, users: 0 }),
      },
    };
  }

  #delay(events: EngineEvents): EngineEvents {
    return {
      ...events,
      publication: (...args) => {
        this.events.push(() => events.publication(...args));
      },
    };
  }
}

const RUNS = 150;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const channel = "open:stream";

const utf8 = new TextEncoder();
type PublicationPush = Extract<Push, { type: "publication" }>;

/** A client as an SDK has it: one subscription, a position, and what it was told. */
class Client {
  readonly #ground: Ground;
  readonly #truth: ReadonlyMap<string, Publication>;
  readonly #features: Features;
  session: Session | undefined;
  position: Position | undefined;
  subscribed = false;
  #outlet: TestOutlet | undefined;
  #read = 0;
  /** What the next patch applies to. */
  #base: Uint8Array | undefined;

  constructor(ground: Ground, truth: ReadonlyMap<string, Publication>, features: Features) {
    this.#ground = ground;
    this.#truth = truth;
    this.#features = features;
  }

  /** Connects where it has to and asks to subscribe; the reply comes when the network lets it. */
  async comeBack(): Promise<void> {
    if (!this.session) {
      const { session, outlet } = await this.#ground.join({ identity: { user: "u" } });
      this.session = session;
      this.#outlet = outlet;
      this.#read = 0;
    }
    const { session } = this;
    if (!session || this.subscribed || session.subscriptions.has(channel)) return;
    const recover = this.position;
    const outlet = this.#outlet;
    const reply = (result: SubscribeResult): void => {
      outlet?.received.push({ type: "reply", value: { result, recover } });
    };
    const request = { channel, token: "", reply, ...this.#features.wish, ...(recover ? { recover } : {}) };
    subscribe(this.#ground.hub, session, request).catch(() => undefined);
  }

  cut(): void {
    this.take();
    this.session?.closed(3000);
    this.session = undefined;
    this.subscribed = false;
  }

  /** Reads what arrived and checks every promise on the way. */
  take(): void {
    const received = this.#outlet?.received ?? [];
    for (; this.#read < received.length; this.#read++)
      this.#one(received[this.#read] as Push | { type: "reply"; value: unknown });
  }

  #one(push: Push | { type: "reply"; value: unknown }): void {
    if (push.type === "reply") {
      const { result, recover } = push.value as { result: SubscribeResult; recover: Position | undefined };
      this.subscribed = true;
      this.#base = undefined;
      assert.equal(result.wasRecovering, recover !== undefined);
      assert.ok(result.position);
      if (result.recovered && recover) {
        assert.ok(recover.epoch === result.position.epoch, "recovered over an epoch");
        this.position = recover;
        for (const publication of result.publications) {
          this.#publication(publication.offset, result.position.epoch, String(publication.data));
        }
        if (result.publications.length === 0) this.#passTo(result.position.offset);
      } else {
        assert.equal(result.publications.length, 0);
        this.position = result.position;
      }
    } else if (push.type === "publication") {
      assert.ok(this.subscribed, "a publication before the reply or after the end");
      const { publication, epoch, delta } = push;
      assert.equal(delta !== undefined, this.#features.wish?.delta === true);
      this.#publication(publication.offset, epoch, this.#textOf(push), true);
    } else if (push.type === "unsubscribe") {
      assert.equal(push.code, 2500);
      this.subscribed = false;
    }
  }

  /** The whole text, whether it came whole or as a patch. */
  #textOf({ publication, delta }: PublicationPush): string {
    if (delta?.patch === undefined) return String(publication.data);
    assert.ok(this.#base, "a patch of nothing");
    return new TextDecoder().decode(Uint8Array.from(applyDelta(this.#base, utf8.encode(String(delta.patch)))));
  }

  #publication(offset: number, epoch: string, data: string, live = false): void {
    assert.ok(this.position);
    assert.equal(epoch, this.position.epoch, "a publication of another epoch");
    assert.ok(offset > this.position.offset, "a repetition or a wrong order");
    if (!live || !this.#features.conflates) this.#passTo(offset - 1);
    const publication = this.#truth.get(`${epoch} ${offset}`);
    assert.equal(data, publication?.data, "another content under this offset");
    assert.ok(publication && this.#wants(publication), "a publication that was not to come");
    this.position = { offset, epoch };
    this.#base = utf8.encode(data);
  }

  /** Nothing up to there was to come. */
  #passTo(offset: number): void {
    const at = this.position;
    assert.ok(at && offset >= at.offset, "a step back");
    for (let passed = at.offset + 1; passed <= offset; passed++) {
      const publication = this.#truth.get(`${at.epoch} ${passed}`);
      assert.ok(publication && !this.#wants(publication), "a hole");
    }
    this.position = { offset, epoch: at.epoch };
  }

  #wants(publication: Publication): boolean {
    return this.#features.wants?.(publication, this.session?.id ?? "") ?? true;
  }

  /** A subscriber stands at the end of the stream, unless it was told otherwise. */
  rest(top: Position): void {
    if (!this.subscribed) return;
    assert.equal(this.position?.epoch, top.epoch);
    this.#passTo(top.offset);
  }
}

type Step =
  | { do: "event" | "lose" | "answer" | "clear" | "interrupt" | "overtake" | "flush" | "wait" }
  | { do: "publish" | "return" | "cut"; who: number };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("publish" as const), who: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: "event" }) },
  { weight: 12, arbitrary: fc.constant<Step>({ do: "answer" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "lose" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "clear" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "interrupt" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "overtake" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "flush" }) },
  // Long enough for a channel that everybody left to be given up.
  { weight: 2, arbitrary: fc.constant<Step>({ do: "wait" }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("return" as const), who: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), who: fc.nat(2) }) },
);

describe("order and recovery", () => {
  for (const [name, feature] of Object.entries(features)) {
    it(`of ${name} keep their promises over any interleaving of publications, reconnects, losses and slow answers`, async () => {
      let recoveries = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 160, size: "max" }), async (steps) => {
          recoveries += await play(steps, feature);
        }),
        { numRuns: RUNS },
      );
      assert.ok(recoveries > RUNS / 6, `the property must meet recoveries, it met ${recoveries}`);
    });
  }
});

/** Plays the steps, lets everything come to rest, and checks that nobody misses anything unknowingly. */
async function play(steps: readonly Step[], feature: Features): Promise<number> {
  const network = new Network();
  const ground = await createGround({
    namespaces: [{ ...openNamespace, ...feature.namespace }],
    settings: { pingIntervalMs: 0, ...feature.settings },
    wrapEngine: (engine) => network.wrap(engine),
  });
  const truth = new Map<string, Publication>();
  let recoveries = 0;
  ground.hub.listen((event) => {
    if (event.type === "recovered" && event.recovered && event.publications > 0) recoveries++;
  });
  const clients = [0, 1, 2].map(() => new Client(ground, truth, feature));
  const key = "default/open:stream" as Parameters<Engine["broker"]["publish"]>[0];
  let published = 0;
  /** Of one of the clients, or of the application. */
  const publish = async (who: number): Promise<void> => {
    const n = published++;
    // Letters that share bytes change, most of the rest does not.
    const text = `${"the same text in all of them ".repeat(3)}${String.fromCodePoint(0xe0 + (n % 32), 0x6771 + n)}`;
    const session = clients[who]?.session;
    const publication = {
      data: JSON.stringify({ n, text }),
      offset: 0,
      tags: { kind: n % 3 ? "goal" : "foul" },
      delta: true,
      ...(session ? { info: session.clientInfo(undefined) } : {}),
    };
    const stream = { size: 20, ttlMs: 600_000, metaTtlMs: 3_600_000 };
    const { position } = await ground.hub.engine.broker.publish(key, publication, { stream });
    assert.ok(position);
    truth.set(`${position.epoch} ${position.offset}`, publication);
  };
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet++) {
      while (network.events.length + network.answers.length > 0) {
        network.events.shift()?.();
        network.answers.shift()?.();
        await turn();
      }
      await turn();
    }
    for (const client of clients) client.take();
  };

  for (const one of steps) {
    if (one.do === "event") network.events.shift()?.();
    else if (one.do === "lose") network.events.shift();
    else if (one.do === "answer") network.answers.shift()?.();
    else if (one.do === "clear") await ground.hub.engine.broker.removeHistory(key);
    else if (one.do === "interrupt") ground.hub.channels.positions.doubtAll();
    else if (one.do === "overtake") network.answers.splice(1, 1)[0]?.();
    else if (one.do === "flush") ground.clock.advance(300);
    else if (one.do === "wait") ground.clock.advance(1_100);
    else if (!("who" in one)) throw new Error("unknown step");
    else if (one.do === "publish") await publish(one.who);
    else if (one.do === "return") await clients[one.who]?.comeBack();
    else clients[one.who]?.cut();
    await turn();
    for (const client of clients) client.take();
  }

  await settle();
  ground.clock.advance(41_000);
  await settle();
  // What the check has fetched may wait in a batch.
  ground.clock.advance(500);
  await settle();
  const { top } = await Promise.all([
    ground.hub.engine.broker.history(key, { limit: 0, metaTtlMs: 3_600_000 }),
    settle(),
  ]).then(([page]) => page);
  for (const client of clients) client.rest(top);
  await Promise.all([ground.hub.engine.stop(), settle()]);
  return recoveries;
}
