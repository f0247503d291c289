import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createScript } from "./script.ts";
import { embeddedScripts, embedScripts } from "./scripts/embed.fixture.ts";

const header = "-- KEYS   a, b\n-- ARGV   1 text\n-- Result 1\n";

describe("scripts", () => {
  it("are those of the folder scripts/: when this fails, run scripts/embed.fixture.ts", () => {
    assert.equal(readFileSync(embeddedScripts, "utf8"), embedScripts());
  });

  it("take as many keys as the name promises, the header lists and the text uses", () => {
    const script = createScript("copy-2.lua", `${header}return redis.call('COPY', KEYS[1], KEYS[2])\n`);
    assert.deepEqual([script.name, script.keys], ["copy", 2]);
    assert.equal(createScript("copy-n.lua", `${header}return #KEYS\n`).keys, undefined);
    assert.throws(() => createScript("copy.lua", header), /ends in the number of its keys/);
    assert.throws(() => createScript("copy-1.lua", `${header}return KEYS[1]`), /promises 1 keys, the header lists 2/);
    assert.throws(
      () => createScript("copy-2.lua", `${header}return KEYS[1]`),
      /promises 2 keys, the script uses up to 1/,
    );
    assert.throws(
      () => createScript("copy-2.lua", `${header}return KEYS[3]`),
      /promises 2 keys, the script uses up to 3/,
    );
  });

  it("tell their arguments and their result in the header", () => {
    assert.throws(() => createScript("copy-0.lua", "-- Result 1\nreturn 1\n"), /does not tell its ARGV/);
    assert.throws(() => createScript("copy-0.lua", "-- ARGV   none\nreturn 1\n"), /does not tell its Result/);
  });
});
