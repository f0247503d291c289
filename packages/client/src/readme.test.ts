import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { compileSnippets } from "../../backend/src/compile.fixture.ts";
import { startTestHub, type TestHub } from "../../server/src/testing.ts";
import { closers } from "./readme-clients.fixture.ts";
import { eventually } from "./until.fixture.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);

let hub: TestHub;
let folder: string;
before(async () => {
  hub = await startTestHub({ config: { tenants: [{ id: "demo" }] } });
  folder = await mkdtemp(join(tmpdir(), "altavoz-readme-"));
});
after(async () => {
  for (const close of closers) close();
  await hub.stop();
  await rm(folder, { recursive: true });
});

describe("the README", () => {
  it("shows programs that compile", () => {
    const sources = Object.fromEntries(snippets.map((text, index) => [`readme-${index}`, text]));
    for (const [name, findings] of Object.entries(compileSnippets(sources))) assert.deepEqual(findings, [], name);
  });

  it("begins with a program that prints what the command below it publishes", async (test) => {
    const printed = test.mock.method(console, "log", () => {});
    const token = await hub.token({ user: "ana", tenant: "demo" });
    const program = (snippets[0] ?? "")
      .replace("TOKEN", token)
      .replace("http://localhost:8000", hub.url)
      .replace("@altavoz/client", import.meta.resolve("./readme-clients.fixture.ts"));
    const file = join(folder, "program.ts");
    await writeFile(file, program);
    await import(pathToFileURL(file).href);
    const data = /-d '(.*)'/.exec(readme)?.[1] ?? "";
    const subscribers = async (): Promise<number> =>
      (
        (await hub.api("presence_stats", { tenant: "demo", channel: JSON.parse(data).channel })) as {
          num_clients: number;
        }
      ).num_clients;
    await eventually(async () => (await subscribers()) === 1);
    await hub.api("publish", { tenant: "demo", ...JSON.parse(data) });
    await eventually(() => printed.mock.callCount() === 1);
    assert.deepEqual(printed.mock.calls[0]?.arguments, ["notification", { message: "Hello" }]);
  });
});
