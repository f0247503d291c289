import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const PROGRAM = /^```ts runs\n([\s\S]*?)^```\n+^```text prints\n([\s\S]*?)^```/gm;

/** Runs a program as it stands there, and gives what it prints. */
async function run(text: string, file: string): Promise<string> {
  await writeFile(
    file,
    text.replace(/(?<= from ")[^"]+/g, (module) => import.meta.resolve(module)),
  );
  const printed: string[] = [];
  const { log } = console;
  console.log = (...values: unknown[]) => printed.push(`${values.join(" ")}\n`);
  try {
    await import(pathToFileURL(file).href);
  } finally {
    console.log = log;
  }
  return printed.join("");
}

describe("the README", () => {
  it("shows programs that print what stands below them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "altavoz-events-"));
    try {
      const programs = [...readme.matchAll(PROGRAM)];
      assert.equal(programs.length, readme.split("```ts").length - 1, "each program says what it prints");
      for (const [index, [, text = "", prints]] of programs.entries()) {
        assert.equal(await run(text, join(folder, `program-${index}.ts`)), prints);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
