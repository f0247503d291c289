import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ownServer } from "../subject/own-server.ts";
import { perform, type Run } from "./perform.ts";
import { jsonOverWebSocket } from "./ways.ts";

const options = { way: jsonOverWebSocket, another: () => Promise.reject(new Error("no other server")) };

describe("a test", () => {
  for (const runtime of ["bun", "node"] as const) {
    it(`fails at once when its server on ${runtime} dies, and says how that ended`, { timeout: 60_000 }, async () => {
      const subject = await ownServer(runtime).open("baseline");
      const waitsForEver: Run = async ({ join }) => {
        await join({ sub: "ana" });
        process.kill(subject.pid, "SIGKILL");
        await new Promise(() => {});
      };
      await assert.rejects(perform(subject, options, waitsForEver), /the server ended by itself with SIGKILL/);
      await assert.rejects(perform(subject, options, waitsForEver), /the server ended by itself/, "so do all after it");
      await assert.rejects(subject.stop(), /the server ended with SIGKILL/);
    });
  }
});
