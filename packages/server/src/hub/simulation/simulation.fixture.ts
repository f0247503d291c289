import assert from "node:assert/strict";
import { createSeededIds, type Ids } from "../../kit/ids.ts";
import { createVirtualClock, type VirtualClock } from "../../kit/virtual-clock.ts";
import { createGround, type Ground } from "../hub-ground.fixture.ts";
import { closedNamespace, type Namespace, publish } from "../index.ts";
import { Client, type Counts } from "./client.fixture.ts";
import { Network } from "./network.fixture.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly steps: number;
  /** Called now and then. */
  readonly progress?: (step: number, report: SimulationReport) => void;
}

/** What happened, so that nobody trusts a simulation in which nothing does. */
export interface SimulationReport extends Counts {
  published: number;
  /** Publishes that were not acknowledged: not done, or nobody knows. */
  unacknowledged: number;
  crashes: number;
  restarts: number;
  /** Losses of which the nodes were told nothing. */
  silentLosses: number;
  interruptions: number;
  evictions: number;
  /** Moments at which everything had come to rest and each client was compared with the truth. */
  rests: number;
}

interface Node {
  readonly ground: Ground;
  readonly clock: VirtualClock;
  crash(): void;
}

const CHECK_MS = 5_000;
/** A round of comparisons may be late by a few steps, and the answer takes its time. */
const LATE_MS = 500;
/** Far more than what is ever on its way in the network. */
const RESTLESS = 20_000;
const NODES = 3;
const STEPS_BETWEEN_RESTS = 400;
const STEP_MS = 50;

const namespace: Namespace = {
  ...closedNamespace,
  historySize: 25,
  historyTtlMs: 3_600_000,
  historyMetaTtlMs: 3_600_000,
  allowRecovery: true,
  allowSubscribeForClient: true,
};
const namespaces: readonly Namespace[] = [
  { ...namespace, name: "open" },
  { ...namespace, name: "batch", batchMaxSize: 3, batchMaxDelayMs: 200 },
];
const channels = ["open:a", "open:b", "batch:c"];
const kinds = ["recovering", "recovering", "served", "plain"] as const;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Several nodes of the real hub, their clients and publishers, over a storage and a network in which everything goes
 * wrong that can. Clients check order and completeness with each publication; from time to time everything comes to
 * rest, and then each client must have all there is, or have been told that it has not. One seed gives one story.
 */
export async function simulate({ seed, steps, progress }: SimulationOptions): Promise<SimulationReport> {
  const simulation = new Simulation(seed);
  let step = 0;
  try {
    await simulation.begin();
    while (step++ < steps) {
      await simulation.step();
      if (step % STEPS_BETWEEN_RESTS === 0) await simulation.rest();
      if (step % 100_000 === 0) progress?.(step, simulation.report);
    }
    await simulation.rest();
  } catch (error) {
    const replay = `node_modules/.bin/bun packages/server/src/hub/simulation/run.fixture.ts --seed ${seed} --steps ${step}`;
    const told = error instanceof Error ? error.message : String(error);
    throw new Error(`${told}\n  in step ${step}, after: ${simulation.story.join(" ")}\n  replay: ${replay}`, {
      cause: error,
    });
  }
  return simulation.report;
}

class Simulation {
  /** The last steps. */
  readonly story: string[] = [];
  readonly report: SimulationReport = {
    delivered: 0,
    recovered: 0,
    told: 0,
    published: 0,
    unacknowledged: 0,
    crashes: 0,
    restarts: 0,
    silentLosses: 0,
    interruptions: 0,
    evictions: 0,
    rests: 0,
  };
  readonly #ids: Ids;
  readonly #network: Network;
  readonly #nodes: Node[] = [];
  readonly #clients: readonly Client[];
  #now = 1_700_000_000_000;
  #seeds: number;
  /** Quiet and stormy times take turns. */
  #stormy = false;

  constructor(seed: number) {
    this.#ids = createSeededIds(seed);
    this.#seeds = seed * 1_000_003;
    this.#network = new Network(this.#ids);
    const { truth } = this.#network.storage;
    this.#clients = channels.flatMap((channel) =>
      kinds.map((kind) => new Client({ kind, channel, truth }, this.report)),
    );
  }

  async begin(): Promise<void> {
    while (this.#nodes.length < NODES) await this.#startNode();
  }

  async #startNode(): Promise<void> {
    const clock = createVirtualClock(this.#now);
    let crash = (): void => {};
    const ground = await createGround({
      clock,
      namespaces,
      seed: this.#seeds++,
      settings: { pingIntervalMs: 0, positionCheckMs: CHECK_MS, recoveryLimit: 6, recoveryTotalLimit: 18 },
      wrapEngine: (base) => {
        const attached = this.#network.createEngine(base);
        crash = attached.crash;
        return attached.engine;
      },
    });
    this.#nodes.push({ ground, clock, crash: () => crash() });
  }

  #below(count: number): number {
    return Math.floor(this.#ids.fraction() * count);
  }

  #pick<T>(list: readonly T[]): T {
    const one = list[this.#below(list.length)];
    assert.ok(one !== undefined);
    return one;
  }

  async step(): Promise<void> {
    const [name, act] = this.#draw();
    this.story.push(name);
    if (this.story.length > 60) this.story.shift();
    await act();
    await this.#settleTurn();
  }

  /** Lets every promise go as far as it can, and clients read. */
  async #settleTurn(): Promise<void> {
    for (const { clock } of this.#nodes) clock.turn();
    await turn();
    for (const client of this.#clients) client.take();
  }

  #draw(): readonly [string, () => unknown] {
    const network = this.#network;
    const storm = this.#stormy ? 1 : 0;
    const choices: readonly (readonly [number, string, () => unknown])[] = [
      [200, "publish", () => this.#publish()],
      [260, "event", () => network.event()],
      [420, "answer", () => network.answer()],
      [60, "time", () => this.#pass(this.#below(300))],
      [8, "idle", () => this.#pass(1_100)],
      [60, "return", () => this.#pick(this.#clients).comeBack(this.#pick(this.#nodes).ground)],
      [20, "cut", () => this.#pick(this.#clients).cut()],
      [2, "turn", () => this.#turnWeather()],
      [40, "mend", () => network.mendOne()],
      [6 * storm, "lose", () => this.#silentLoss(() => network.loseEvent())],
      [3 * storm, "silence", () => this.#silentLoss(() => network.breakLink("silent"))],
      [5 * storm, "break", () => this.#interrupt(() => network.breakLink("down"))],
      [2 * storm, "crash", () => this.#crash()],
      [2 * storm, "restart", () => this.#restart()],
      [2 * storm, "evict", () => this.#evict()],
    ];
    let left = this.#ids.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, act] of choices) {
      left -= weight;
      if (left < 0) return [name, act];
    }
    throw new Error("the weights do not add up");
  }

  #turnWeather(): void {
    this.#stormy = !this.#stormy;
  }

  #pass(ms: number): void {
    this.#now += ms;
    for (const { clock } of this.#nodes) clock.advance(ms);
  }

  #publish(): void {
    const { hub } = this.#pick(this.#nodes).ground;
    const tenant = hub.directory.tenant("default");
    assert.ok(tenant);
    const data = JSON.stringify(this.report.published++);
    const caller = { tenant, crossesTenants: false, session: undefined };
    publish(hub, caller, { channel: this.#pick(channels), data }).catch(() => {
      this.report.unacknowledged++;
    });
  }

  #silentLoss(lose: () => void): void {
    this.report.silentLosses++;
    lose();
  }

  #interrupt(act: () => void): void {
    this.report.interruptions++;
    act();
  }

  async #crash(): Promise<void> {
    this.report.crashes++;
    const node = this.#pick(this.#nodes);
    node.crash();
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
    for (const client of this.#clients) if (client.isOn(node.ground)) client.cut(true);
    await this.#startNode();
  }

  #restart(): void {
    this.report.restarts++;
    this.#network.breakAll();
    this.#network.storage.restart(this.#pick(["nothing", "tail", "tail", "everything"]));
  }

  #evict(): void {
    this.report.evictions++;
    const { key } = this.#pick(this.#clients);
    this.#network.storage.evict(key, this.#pick(["stream", "publications"]));
  }

  // Rest

  async #flush(): Promise<void> {
    for (let arrivals = 0; !this.#network.isQuiet; arrivals++) {
      assert.ok(arrivals < RESTLESS, "nodes ask for the same for ever");
      this.#network.event();
      this.#network.answer();
      await this.#settleTurn();
    }
    await this.#settleTurn();
  }

  async #passQuietly(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.#pass(STEP_MS);
      await this.#flush();
    }
  }

  /**
   * Nothing goes wrong any more. In one half of all times nodes hear that they were interrupted, and whatever was lost has
   * to be found at once. In the other half nobody says anything, and the comparison of positions has to find it in time.
   */
  async rest(): Promise<void> {
    this.report.rests++;
    await this.#lastBlow();
    this.#network.mendAll(false);
    await this.#flush();
    const told = this.#ids.fraction() < 0.5;
    if (told) this.#network.interruptAll();
    await this.#passQuietly(LATE_MS + (told ? 0 : CHECK_MS));
    this.#checkTops("a client stands still without having been told");
    for (let tries = 0; this.#clients.some((client) => !client.subscribed); tries++) {
      assert.ok(tries < 5, "a client finds no way back");
      for (const client of this.#clients) client.comeBack(this.#pick(this.#nodes).ground);
      await this.#passQuietly(500);
    }
    this.#checkTops("a client came back to another place than the stream's end");
    this.#network.storage.forget();
  }

  /** What nothing comes after is hardest to notice. */
  async #lastBlow(): Promise<void> {
    const blow = this.#below(4);
    if (blow === 0) return this.#restart();
    if (blow === 1) return this.#evict();
    for (let count = this.#below(6); count > 0; count--) this.#publish();
    await this.#network.loseAllEvents(() => this.#settleTurn());
  }

  #checkTops(complaint: string): void {
    for (const { subscribed, kind, position, key } of this.#clients) {
      if (!subscribed || kind === "plain") continue;
      assert.deepEqual(position, this.#network.storage.top(key), `${complaint}: ${kind} in ${key}`);
    }
  }
}
