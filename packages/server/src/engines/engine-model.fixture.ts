import assert from "node:assert/strict";
import fc from "fast-check";
import type { Payload } from "../hub/index.ts";
import type { Ground } from "./engine-ground.fixture.ts";

export type Step =
  | {
      readonly kind: "publish";
      readonly size: number;
      readonly ttlMs: number;
      readonly once: number;
      readonly version: number;
    }
  | { readonly kind: "plain" }
  | { readonly kind: "history"; readonly since: number; readonly limit: number; readonly reverse: boolean }
  | { readonly kind: "remove" }
  | { readonly kind: "advance"; readonly ms: number };

const META_TTL_MS = 5000;
const ONCE_TTL_MS = 1500;

export const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      size: fc.constantFrom(3, 3, 3, 3, 1, 5),
      ttlMs: fc.constantFrom(700, 2000, 4000),
      /** 0: no idempotency key. */
      once: fc.nat(3),
      /** 0: no version. */
      version: fc.nat(6),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("plain" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("history" as const),
      /** -1: absent. */
      since: fc.integer({ min: -1, max: 12 }),
      limit: fc.integer({ min: -1, max: 6 }),
      reverse: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const) }) },
);
export const stepsInTime: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: steps },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(300, 900, 2500, 6000) }),
  },
);

/** What the port promises for one channel, as plainly as it can be said. */
class Model {
  now = 0;
  /** A number for each life of the stream. */
  life = 0;
  offset = 0;
  publications: { readonly offset: number; readonly data: Payload }[] = [];
  #version = 0;
  #publicationsEnd = 0;
  #end = 0;
  readonly #once = new Map<number, { readonly offset: number; readonly end: number }>();

  publish(step: Step & { kind: "publish" }, data: string): { readonly offset: number; readonly suppressed: boolean } {
    const first = this.#once.get(step.once);
    if (step.once > 0 && first && this.now < first.end) return { offset: first.offset, suppressed: true };
    this.touch();
    const suppressed = step.version > 0 && step.version <= this.#version;
    if (!suppressed) {
      this.#version = step.version || this.#version;
      this.offset++;
      this.publications = [...this.publications, { offset: this.offset, data }].slice(-step.size);
      this.#publicationsEnd = this.now + step.ttlMs;
      this.#end = this.now + META_TTL_MS;
    }
    this.#once.set(step.once, { offset: this.offset, end: this.now + ONCE_TTL_MS });
    return { offset: this.offset, suppressed };
  }

  history({ since, limit, reverse }: Step & { kind: "history" }): readonly { offset: number; data: Payload }[] {
    this.touch();
    this.#end = this.now + META_TTL_MS;
    let page = this.publications;
    if (since >= 0) page = page.filter(({ offset }) => (reverse ? offset < since : offset > since));
    if (reverse) page = page.toReversed();
    return limit < 0 ? page : page.slice(0, limit);
  }

  /** Ends what is past its time; the stream exists afterwards. */
  touch(): void {
    if (this.now >= this.#publicationsEnd) this.publications = [];
    if (this.now < this.#end) return;
    this.life++;
    this.offset = 0;
    this.#version = 0;
    this.publications = [];
    this.#end = Infinity;
  }
}

/** Runs the steps on a new channel and on the model, and compares every answer and every event. */
export async function compareWithModel(ground: Ground, run: readonly Step[]): Promise<void> {
  const [node, other] = [await ground.node(), await ground.node()];
  const key = ground.key();
  await other.broker.subscribe(key);
  const model = new Model();
  const epochs: string[] = [];
  const sent: { offset: number; data: string }[] = [];
  const check = (epoch: string | undefined): void => {
    epochs[model.life] ??= epoch ?? "";
    assert.equal(epoch, epochs[model.life]);
    assert.equal(new Set(epochs).size, epochs.length, "each life has an epoch of its own");
  };
  for (const [index, step] of run.entries()) {
    const data = `${index}`;
    if (step.kind === "advance") {
      await ground.advance(step.ms);
      model.now += step.ms;
    } else if (step.kind === "remove") {
      await node.broker.removeHistory(key);
      model.publications = [];
    } else if (step.kind === "plain") {
      await node.broker.publish(key, { data, offset: 0 }, {});
      sent.push({ offset: 0, data });
    } else if (step.kind === "publish") {
      const life = model.life;
      const expected = model.publish(step, data);
      const { position, suppressed } = await node.broker.publish(
        key,
        { data, offset: 0 },
        {
          stream: { size: step.size, ttlMs: step.ttlMs, metaTtlMs: META_TTL_MS },
          ...(step.once > 0 && { idempotency: { key: `${step.once}`, ttlMs: ONCE_TTL_MS } }),
          ...(step.version > 0 && { version: { value: step.version, epoch: "" } }),
        },
      );
      assert.deepEqual({ offset: position?.offset, suppressed }, expected);
      if (!suppressed || life !== model.life) check(position?.epoch);
      if (!suppressed) sent.push({ offset: expected.offset, data });
    } else {
      const expected = model.history(step);
      const since = step.since < 0 ? {} : { since: { offset: step.since, epoch: epochs[model.life] ?? "" } };
      const { limit, reverse } = step;
      const page = await node.broker.history(key, { ...since, limit, reverse, metaTtlMs: META_TTL_MS });
      assert.deepEqual(
        page.publications.map((publication) => ({ offset: publication.offset, data: publication.data })),
        expected,
      );
      assert.equal(page.top.offset, model.offset);
      check(page.top.epoch);
    }
  }
  await other.until((seen) => seen.publications.length >= sent.length);
  const arrived = other.seen.publications.map(({ publication: { offset, data } }) => ({ offset, data }));
  assert.deepEqual(arrived, sent);
  await node.stop();
  await other.stop();
}
