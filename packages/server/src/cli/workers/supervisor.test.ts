import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../kit/log.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import type { MetricFamily } from "../../observe/index.ts";
import { createExchange, type Exchange, type Message } from "./exchange.ts";
import { createSupervisor, type WorkerEvents } from "./supervisor.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface FakeWorker {
  readonly number: number;
  readonly port: number | undefined;
  readonly events: WorkerEvents;
  readonly heard: string[];
  /** What it would ask its parent. */
  readonly exchange: Exchange;
  ready(): void;
  answers: { figures: unknown; ailment: unknown; silent: boolean };
}

const counted = (value: number): readonly MetricFamily[] => [
  { name: "c", help: "", type: "counter", merge: "sum", samples: [["c", value]] },
];

function setUp(count: number) {
  const clock = createVirtualClock();
  const started: FakeWorker[] = [];
  const supervisor = createSupervisor({
    count,
    clock,
    log: silentLog,
    start(number, events, port) {
      const answers: FakeWorker["answers"] = { figures: counted(0), ailment: undefined, silent: false };
      const heard: string[] = [];
      const worker: FakeWorker = {
        number,
        port,
        events,
        heard,
        answers,
        exchange: createExchange({
          clock,
          send: events.message,
          answer: (question) => (answers.silent ? new Promise(() => {}) : answers[question]),
        }),
        ready: () => events.message({ type: "ready", url: "http://localhost:4711" }),
      };
      started.push(worker);
      return {
        pid: number,
        send(message: Message) {
          heard.push(message.type);
          worker.exchange.receive(message);
        },
        kill: () => heard.push("kill"),
      };
    },
  });
  const worker = (index: number): FakeWorker => started[index] ?? assert.fail(`no worker ${index} was started`);
  async function serve(): Promise<string> {
    const address = supervisor.start();
    worker(0).ready();
    for (const each of started.slice(1)) each.ready();
    return address;
  }
  const crash = (index: number): void => worker(index).events.ended({ code: null, signal: "SIGKILL" });
  async function total(index = 0): Promise<number | undefined> {
    const asked = worker(index).exchange.ask("figures", 60_000);
    await turn();
    clock.advance(4_000);
    const families = (await asked)?.value as readonly MetricFamily[];
    return families.find(({ name }) => name === "c")?.samples[0]?.[1];
  }
  return { clock, supervisor, started, worker, serve, crash, total };
}

describe("the parent of workers", () => {
  it("lets the first one find the port, and is ready when all are", async () => {
    const { started, supervisor, worker } = setUp(3);
    const address = supervisor.start();
    assert.equal(started.length, 1);
    worker(0).ready();
    assert.deepEqual(
      started.map(({ number, port }) => [number, port]),
      [
        [1, undefined],
        [2, 4711],
        [3, 4711],
      ],
    );
    let ready = false;
    void address.then(() => {
      ready = true;
    });
    worker(1).ready();
    await turn();
    assert.equal(ready, false);
    worker(2).ready();
    assert.equal(await address, "http://localhost:4711");
  });

  it("gives up when one cannot start, and ends the others", async () => {
    const { supervisor, worker } = setUp(2);
    const address = supervisor.start();
    worker(0).ready();
    worker(1).events.ended({ code: 1, signal: null });
    await assert.rejects(address, /worker 2 could not start/);
    assert.deepEqual(worker(0).heard, ["kill"]);
  });

  it("starts a crashed one again, with longer and longer pauses, and short ones after a good time", async () => {
    const { clock, started, serve, crash, worker } = setUp(2);
    await serve();
    const pauses: number[] = [];
    for (let round = 0; round < 8; round++) {
      const before = started.length;
      crash(before === 2 ? 1 : before - 1);
      let waited = 0;
      for (; started.length === before; waited += 100) clock.advance(100);
      pauses.push(waited);
    }
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    const last = started.length - 1;
    worker(last).ready();
    clock.advance(60_000);
    crash(last);
    clock.advance(500);
    assert.equal(started.length, last + 2);
  });

  it("never counts backwards: what a worker had counted stays when it has ended", async () => {
    const { clock, serve, crash, worker, total } = setUp(2);
    await serve();
    worker(0).answers.figures = counted(10);
    worker(1).answers.figures = counted(5);
    assert.equal(await total(), 15);
    crash(1);
    assert.equal(await total(), 15);
    clock.advance(500);
    worker(2).answers.figures = counted(1);
    worker(2).ready();
    assert.equal(await total(), 16);
    worker(2).answers.silent = true;
    assert.equal(await total(), 16, "of one that does not answer the last that is known counts");
  });

  it("is well as long as all that run are: a crashed one gets no connections", async () => {
    const { clock, serve, crash, worker } = setUp(2);
    await serve();
    const ailment = async (): Promise<unknown> => {
      const asked = worker(0).exchange.ask("ailment", 60_000);
      await turn();
      clock.advance(4_000);
      return (await asked)?.value;
    };
    assert.equal(await ailment(), undefined);
    worker(1).answers.ailment = "the engine (redis) cannot serve";
    assert.equal(await ailment(), "the engine (redis) cannot serve");
    worker(1).answers.silent = true;
    assert.equal(await ailment(), "a worker does not answer");
    crash(1);
    assert.equal(await ailment(), undefined);
  });

  it("lets all leave in order, starts none again then, and says whether all did", async () => {
    for (const code of [0, 1]) {
      const { clock, started, supervisor, serve, crash, worker } = setUp(3);
      await serve();
      crash(2);
      const left = supervisor.stop();
      clock.advance(60_000);
      assert.equal(started.length, 3);
      for (const index of [0, 1]) {
        assert.deepEqual(
          worker(index).heard.filter((each) => each === "stop"),
          ["stop"],
        );
        worker(index).events.ended({ code: index === 1 ? code : 0, signal: null });
      }
      assert.equal(await left, code === 0);
    }
  });
});
