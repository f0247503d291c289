import { describe, it } from "node:test";
import { spawnNode } from "./portal.fixture.ts";

describe("types of the portal", () => {
  it("are those of the catalogue, also for what nobody imports", async () => {
    const checking = spawnNode(["start.mjs", "--types"]);
    // Said only when the compiler has found nothing.
    await checking.says(/vue-tsc -b --noEmit {2}\(/);
    await checking.stop();
  });
});
