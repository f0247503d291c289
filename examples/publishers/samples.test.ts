import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { TestHub } from "../../packages/server/src/testing.ts";
import { BUN, NODE, startHub, trySample } from "./sample.fixture.ts";

let hub: TestHub;
before(async () => {
  hub = await startHub();
});
after(() => hub.stop());

describe("a sample", () => {
  for (const [runtime, program] of Object.entries({ Node: NODE, Bun: BUN })) {
    for (const name of ["express.js", "fastify.ts", "hono.ts"]) {
      it(`of ${name} on ${runtime} publishes what an official client receives`, async () => {
        const path = fileURLToPath(new URL(name, import.meta.url));
        await trySample(hub, { program, arguments: ["--conditions=@altavoz/source", path] });
      });
    }
  }
});
