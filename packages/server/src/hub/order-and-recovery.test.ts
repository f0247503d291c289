import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createGround, type Ground, type TestOutlet } from "./hub-ground.fixture.ts";
import {
  type Engine,
  type EngineEvents,
  type Position,
  type Push,
  type Session,
  type SubscribeResult,
  subscribe,
} from "./index.ts";

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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const channel = "open:stream";

/** A client as an SDK has it: one subscription, a position, and what it was told. */
class Client {
  readonly #ground: Ground;
  readonly #truth: Map<string, string>;
  session: Session | undefined;
  position: Position | undefined;
  subscribed = false;
  #outlet: TestOutlet | undefined;
  #read = 0;

  constructor(ground: Ground, truth: Map<string, string>) {
    this.#ground = ground;
    this.#truth = truth;
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
    subscribe(this.#ground.hub, session, { channel, token: "", reply, ...(recover ? { recover } : {}) }).catch(
      () => undefined,
    );
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
      assert.equal(result.wasRecovering, recover !== undefined);
      assert.ok(result.position);
      if (result.recovered && recover) {
        assert.ok(recover.epoch === result.position.epoch, "recovered over an epoch");
        this.position = recover;
        for (const publication of result.publications)
          this.#publication(publication.offset, result.position.epoch, publication.data);
        if (result.publications.length === 0) assert.deepEqual(this.position, result.position);
      } else {
        assert.equal(result.publications.length, 0);
        this.position = result.position;
      }
    } else if (push.type === "publication") {
      assert.ok(this.subscribed, "a publication before the reply or after the end");
      this.#publication(push.publication.offset, push.epoch, push.publication.data);
    } else if (push.type === "unsubscribe") {
      assert.equal(push.code, 2500);
      this.subscribed = false;
    }
  }

  #publication(offset: number, epoch: string, data: unknown): void {
    assert.ok(this.position);
    assert.equal(epoch, this.position.epoch, "a publication of another epoch");
    assert.equal(offset, this.position.offset + 1, "a hole, a repetition or a wrong order");
    assert.equal(data, this.#truth.get(`${epoch} ${offset}`), "another content under this offset");
    this.position = { offset, epoch };
  }
}

type Step =
  | { do: "publish" | "event" | "lose" | "answer" | "clear" | "interrupt" | "overtake" | "wait" }
  | { do: "return" | "cut"; who: number };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: "publish" }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: "event" }) },
  { weight: 12, arbitrary: fc.constant<Step>({ do: "answer" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "lose" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "clear" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "interrupt" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "overtake" }) },
  // Long enough for a channel that everybody left to be given up.
  { weight: 2, arbitrary: fc.constant<Step>({ do: "wait" }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("return" as const), who: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), who: fc.nat(2) }) },
);

describe("order and recovery", () => {
  it("keep their promises over any interleaving of publications, reconnects, losses and slow answers", async () => {
    let recoveries = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 160, size: "max" }), async (steps) => {
        recoveries += await play(steps);
      }),
      { numRuns: 300 },
    );
    assert.ok(recoveries > 50, `the property must meet recoveries, it met ${recoveries}`);
  });
});

/** Plays the steps, lets everything come to rest, and checks that nobody misses anything unknowingly. */
async function play(steps: readonly Step[]): Promise<number> {
  const network = new Network();
  const ground = await createGround({ settings: { pingIntervalMs: 0 }, wrapEngine: (engine) => network.wrap(engine) });
  const truth = new Map<string, string>();
  let recoveries = 0;
  ground.hub.listen((event) => {
    if (event.type === "recovered" && event.recovered && event.publications > 0) recoveries++;
  });
  const clients = [0, 1, 2].map(() => new Client(ground, truth));
  const key = "default/open:stream" as Parameters<Engine["broker"]["publish"]>[0];
  let published = 0;
  const publish = async (): Promise<void> => {
    const data = JSON.stringify(published++);
    const stream = { size: 20, ttlMs: 600_000, metaTtlMs: 3_600_000 };
    const { position } = await ground.hub.engine.broker.publish(key, { data, offset: 0 }, { stream });
    assert.ok(position);
    truth.set(`${position.epoch} ${position.offset}`, data);
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
    if (one.do === "publish") await publish();
    else if (one.do === "event") network.events.shift()?.();
    else if (one.do === "lose") network.events.shift();
    else if (one.do === "answer") network.answers.shift()?.();
    else if (one.do === "clear") await ground.hub.engine.broker.removeHistory(key);
    else if (one.do === "interrupt") ground.hub.channels.positions.doubtAll();
    else if (one.do === "overtake") network.answers.splice(1, 1)[0]?.();
    else if (one.do === "wait") ground.clock.advance(1_100);
    else if (!("who" in one)) throw new Error("unknown step");
    else if (one.do === "return") await clients[one.who]?.comeBack();
    else clients[one.who]?.cut();
    await turn();
    for (const client of clients) client.take();
  }

  await settle();
  ground.clock.advance(41_000);
  await settle();
  const { top } = await Promise.all([
    ground.hub.engine.broker.history(key, { limit: 0, metaTtlMs: 3_600_000 }),
    settle(),
  ]).then(([page]) => page);
  for (const client of clients) {
    if (client.subscribed) assert.deepEqual(client.position, top, "a subscriber stands still without having been told");
  }
  await Promise.all([ground.hub.engine.stop(), settle()]);
  return recoveries;
}
