import { describe, it } from "node:test";
import { runNode } from "../program.fixture.ts";
import { PORTAL } from "./portal.fixture.ts";

describe("types of the portal", () => {
  it("are those of the catalogue, also for what nobody imports", async () => {
    const checking = runNode(["start.mjs", "--types"], { cwd: PORTAL });
    // Said only when the compiler has found nothing.
    await checking.says(/vue-tsc -b --noEmit {2}\(/);
    await checking.end("SIGTERM");
  });
});
