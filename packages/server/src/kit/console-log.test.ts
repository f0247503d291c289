import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createJsonLog, createPrettyLog } from "./console-log.ts";
import type { Log, LogFields, LogLevel } from "./log.ts";
import { createVirtualClock } from "./virtual-clock.ts";

function collect(make: typeof createJsonLog, level: LogLevel = "debug"): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: make({ level, write: (line) => lines.push(line), clock: createVirtualClock(0) }), lines };
}

function jsonOf(fields: LogFields): Record<string, unknown> {
  const { log, lines } = collect(createJsonLog);
  log.info("m", fields);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

describe("createJsonLog", () => {
  it("writes time, level, message and fields as one JSON line", () => {
    assert.deepEqual(jsonOf({ channel: "news", count: 2 }), {
      time: "1970-01-01T00:00:00.000Z",
      level: "info",
      message: "m",
      channel: "news",
      count: 2,
    });
  });

  it("does not let a field replace the time, the level or the message", () => {
    const line = jsonOf({ level: "error", message: "x" });
    assert.equal(line.level, "info");
    assert.equal(line.level_, "error");
    assert.equal(line.message, "m");
  });

  it("writes nothing below its level, and nothing at all at none", () => {
    const warn = collect(createJsonLog, "warn");
    warn.log.debug("a");
    warn.log.info("b");
    warn.log.warn("c");
    warn.log.error("d");
    assert.equal(warn.lines.length, 2);
    const none = collect(createJsonLog, "none");
    none.log.error("e");
    assert.equal(none.lines.length, 0);
  });

  it("never prints a field that is named like a credential, at any depth and in any spelling", () => {
    const names = ["token", "api_key", "hmacSecretKey", "Authorization", "set-cookie", "PASSWORD", "X-API-Key", "keys"];
    for (const name of names) {
      const text = JSON.stringify(jsonOf({ deep: [{ [name]: "s3cr3t" }], [name]: { a: "s3cr3t" } }));
      assert.ok(!text.includes("s3cr3t"), name);
    }
  });

  it("keeps fields whose names only contain such a word", () => {
    assert.equal(jsonOf({ monkey: "a", keyboard: "b" }).monkey, "a");
  });

  it("removes credentials from URLs, headers and free text, in values and in the message", () => {
    const { log, lines } = collect(createJsonLog);
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl";
    log.info(`refused ${jwt}`, { url: "/api?api_key=s3cr3t&x=1", other: "/c?cf_connect=s3cr3t", h: "Bearer s3cr3t" });
    const line = lines[0] ?? "";
    assert.ok(!line.includes("s3cr3t") && !line.includes("eyJ"));
    assert.match(line, /api_key=\*\*\*&x=1/);
  });

  it("prints bigints, cycles, errors with causes, bytes, maps, dates and throwing getters", () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const bad = Object.defineProperty({}, "boom", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    const line = jsonOf({
      big: 5n,
      cycle,
      bad,
      error: new Error("outer ?token=abc", { cause: new Error("inner") }),
      bytes: new Uint8Array(3),
      map: new Map([["password", "x"]]),
      date: new Date(Number.NaN),
    });
    assert.equal(line.big, "5");
    assert.deepEqual(line.cycle, { self: "[circular]" });
    assert.equal(line.bad, "[unreadable]");
    assert.equal(line.bytes, "[3 bytes]");
    assert.deepEqual(line.map, { password: "***" });
    assert.match(JSON.stringify(line.error), /outer \?token=\*\*\*.*inner/);
  });

  it("writes exactly one line for any message and fields", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true, withMap: true })),
        (message, fields) => {
          for (const make of [createJsonLog, createPrettyLog]) {
            const { log, lines } = collect(make);
            log.error(message, fields);
            assert.equal(lines.length, 1);
            assert.equal(lines[0]?.split("\n").length, 2);
          }
        },
      ),
    );
  });
});

describe("createPrettyLog", () => {
  it("writes a short line with fields as pairs", () => {
    const { log, lines } = collect(createPrettyLog);
    log.warn("slow reader", { client: "a1", reason: "two words" });
    assert.equal(lines[0], '00:00:00.000 WARN  slow reader client=a1 reason="two words"\n');
  });

  it("does not let a message start a second line or an escape sequence", () => {
    const { log, lines } = collect(createPrettyLog);
    log.info("a\nb\u001b[31m", { x: "c\u001b[2J" });
    assert.equal(lines[0]?.includes("\u001b"), false);
  });
});
