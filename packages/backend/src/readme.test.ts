import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { startTestHub, type TestHub } from "../../server/src/testing.ts";
import { compileSnippets } from "./compile.fixture.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);

const environment = { CENTRIFUGO_URL: process.env.CENTRIFUGO_URL, CENTRIFUGO_TOKEN: process.env.CENTRIFUGO_TOKEN };
let hub: TestHub;
let folder: string;
before(async () => {
  hub = await startTestHub({ config: { tenants: [{ id: "demo", api_keys: ["key-of-demo"] }] } });
  Object.assign(process.env, { CENTRIFUGO_URL: hub.url, CENTRIFUGO_TOKEN: "key-of-demo" });
  folder = await mkdtemp(join(tmpdir(), "altavoz-readme-"));
});
after(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Runs a snippet and gives what it prints, up to a semicolon. */
async function run(snippet: string, name: string): Promise<string[]> {
  const resolved = snippet.replace(/(?<= from ")[^"]+/g, (module) => import.meta.resolve(module));
  const file = join(folder, `${name}.ts`);
  await writeFile(file, resolved);
  const printed: string[] = [];
  const { log, error } = console;
  console.log = console.error = (...values: unknown[]) => printed.push(values.join(" ").replace(/;.*/, ""));
  try {
    await import(pathToFileURL(file).href);
  } finally {
    Object.assign(console, { log, error });
  }
  return printed;
}

describe("the README", () => {
  it("shows programs that compile", () => {
    const sources = Object.fromEntries(snippets.map((text, index) => [`readme-${index}`, text]));
    for (const [name, findings] of Object.entries(compileSnippets(sources))) assert.deepEqual(findings, [], name);
  });

  it("shows programs that do with a hub what is said of them", async () => {
    const printed: string[][] = [];
    for (const [index, text] of snippets.entries()) printed.push(await run(text, `readme-${index}`));
    assert.deepEqual(printed, [
      ["deployment_start in tenant:demo:deployments", "starting 0"],
      [],
      [],
      ['permissionDenied permission denied: this API key belongs to the tenant "demo"'],
      ['2 2 0 unknown channel: no namespace "nowhere" is declared'],
      ["true true"],
      ["ana demo  ", "true false"],
    ]);
  });
});
