import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SchemaStore } from "../hub/index.ts";
import { randomIds } from "../kit/ids.ts";

/** Nodes that share their schemas, which only one test uses. */
export interface SchemaStoreCluster {
  /** What another node of the cluster asks. It may be the same object where nodes share one. */
  node(): Promise<SchemaStore>;
  close(): Promise<void>;
}

export interface SchemaStoreContractOptions {
  /** `limit`: how many schemas a tenant may have. */
  cluster(options: { readonly limit: number }): Promise<SchemaStoreCluster>;
}

const LIMIT = 3;

type Proof = (cluster: SchemaStoreCluster, tenant: (name: string) => string) => Promise<void>;

/** Every promise of the port, as tests that each engine which keeps schemas runs. */
export function schemaStoreContract(name: string, { cluster }: SchemaStoreContractOptions): void {
  describe(`schema store contract: ${name}`, () => {
    for (const [sentence, prove] of Object.entries(promises)) {
      it(sentence, { timeout: 30_000 }, async () => {
        const opened = await cluster({ limit: LIMIT });
        const mark = randomIds.letters(12);
        try {
          await prove(opened, (tenant) => `${tenant}-${mark}`);
        } finally {
          await opened.close();
        }
      });
    }
  });
}

const promises: Readonly<Record<string, Proof>> = {
  async "what one node has put is found by every other one"(cluster, tenant) {
    const [one, two] = [await cluster.node(), await cluster.node()];
    const place = { tenant: tenant("a"), name: "orders" };
    assert.deepEqual(await two.load(place.tenant), new Map());
    assert.equal(await one.replace(place, undefined, "ünïcode {}"), "done");
    assert.deepEqual(await two.load(place.tenant), new Map([["orders", "ünïcode {}"]]));
    assert.equal(await two.replace(place, "ünïcode {}", undefined), "done");
    assert.deepEqual(await one.load(place.tenant), new Map());
  },

  async "what is not known to be there is neither replaced nor removed"(cluster, tenant) {
    const node = await cluster.node();
    const place = { tenant: tenant("a"), name: "orders" };
    assert.equal(await node.replace(place, "other", "1"), "taken");
    assert.equal(await node.replace(place, undefined, "1"), "done");
    assert.equal(await node.replace(place, undefined, "2"), "taken");
    assert.equal(await node.replace(place, "2", undefined), "taken");
    assert.equal(await node.replace(place, "1", "2"), "done");
    assert.deepEqual(await node.load(place.tenant), new Map([["orders", "2"]]));
  },

  async "of many that replace the same one, one does"(cluster, tenant) {
    const nodes = [await cluster.node(), await cluster.node()];
    const place = { tenant: tenant("a"), name: "orders" };
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => nodes[n % 2]?.replace(place, undefined, String(n))),
    );
    assert.equal(outcomes.filter((outcome) => outcome === "done").length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === "taken").length, 19);
  },

  async "a tenant never sees those of another one"(cluster, tenant) {
    const node = await cluster.node();
    await node.replace({ tenant: tenant("a"), name: "orders" }, undefined, "1");
    await node.replace({ tenant: tenant("b"), name: "orders" }, undefined, "2");
    assert.deepEqual(await node.load(tenant("a")), new Map([["orders", "1"]]));
    assert.deepEqual(await node.load(tenant("c")), new Map());
  },

  async "a tenant has as many as it may, and can still change those"(cluster, tenant) {
    const node = await cluster.node();
    const at = (n: number) => ({ tenant: tenant("a"), name: `n${n}` });
    for (let n = 0; n < LIMIT; n++) assert.equal(await node.replace(at(n), undefined, "1"), "done");
    assert.equal(await node.replace(at(LIMIT), undefined, "1"), "full");
    assert.equal(await node.replace({ ...at(LIMIT), tenant: tenant("b") }, undefined, "1"), "done");
    assert.equal(await node.replace(at(0), "1", "2"), "done");
    assert.equal(await node.replace(at(0), "2", undefined), "done");
    assert.equal(await node.replace(at(LIMIT), undefined, "1"), "done");
  },
};
